import type { Dialect } from './dialect.ts';
import { cacheSplitUnknown, cachesUntold } from './doubts.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';

/** The AWS client instrumentation of OpenTelemetry Python: the counts Bedrock gave, where the input excludes the caches. */
export const otelPythonBotocore: Dialect = {
  id: 'otel-python-botocore',
  version: 1,
  emitter: 'opentelemetry-instrumentation-botocore (Bedrock)',
  limits: [
    'Cached tokens are on the span for Converse alone: other calls are estimated.',
    'Streams of InvokeModel carry usage only where the provider adds its own metrics to the last event.',
  ],
  evidence: 'captured',
  detect: [
    {
      scope: ['opentelemetry.instrumentation.botocore*'],
      key: ['gen_ai.system', 'gen_ai.provider.name', 'gen_ai.request.model'],
    },
  ],
  call: {
    ...GEN_AI_CALL,
    caches: 'beside',
    providerOtherwise: 'aws.bedrock',
    requestId: ['aws.request_id'],
    region: ['cloud.region'],
    resends: ['retry_attempts'],
    doubt: cachesUntold(GEN_AI_CALL.tokens),
  },
};

/** The OpenAI instrumentation of OpenTelemetry Python. */
export const otelPythonOpenai: Dialect = {
  id: 'otel-python-openai',
  version: 1,
  emitter: 'opentelemetry-instrumentation-openai-v2',
  limits: [
    'Cached and reasoning tokens are not on the span: calls are estimated.',
    'Streams carry usage only where the application asked for it.',
    'The Responses API leaves no span.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['opentelemetry.instrumentation.openai_v2'] }],
  call: { ...GEN_AI_CALL, providerOtherwise: 'openai', doubt: cacheSplitUnknown(GEN_AI_CALL.tokens) },
};

/** Other OpenTelemetry Python instrumentations of model clients. */
export const otelPython: Dialect = {
  id: 'otel-python',
  version: 1,
  emitter: 'opentelemetry-instrumentation-google-genai, -vertexai and opentelemetry-instrumentation-genai-*',
  limits: ['Tokens of tool-use prompts of Gemini are lost.'],
  evidence: 'documented',
  detect: [
    {
      scope: [
        'opentelemetry.instrumentation.google_genai',
        'opentelemetry.instrumentation.vertexai*',
        'opentelemetry.instrumentation.genai.*',
      ],
    },
  ],
  call: GEN_AI_CALL,
};
