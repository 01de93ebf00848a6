import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';

/** The AWS client instrumentation of OpenTelemetry Python: the counts Bedrock gave, where the input excludes the caches. */
export const otelPythonBotocore: Dialect = {
  id: 'otel-python-botocore',
  version: 1,
  emitter: 'opentelemetry-instrumentation-botocore (Bedrock)',
  limits: ['Cached tokens are not on the span.'],
  evidence: 'documented',
  detect: [
    {
      scope: ['opentelemetry.instrumentation.botocore*'],
      key: ['gen_ai.system', 'gen_ai.provider.name', 'gen_ai.request.model'],
    },
  ],
  call: { ...GEN_AI_CALL, caches: 'beside', providerOtherwise: 'aws.bedrock', requestId: ['aws.request_id'] },
};

/** OpenTelemetry Python instrumentations of model clients. */
export const otelPython: Dialect = {
  id: 'otel-python',
  version: 1,
  emitter: 'opentelemetry-instrumentation-openai-v2, -google-genai, -vertexai and opentelemetry-instrumentation-genai-*',
  limits: ['Tokens of tool-use prompts of Gemini are lost.'],
  evidence: 'documented',
  detect: [
    {
      scope: [
        'opentelemetry.instrumentation.openai_v2',
        'opentelemetry.instrumentation.google_genai',
        'opentelemetry.instrumentation.vertexai*',
        'opentelemetry.instrumentation.genai.*',
      ],
    },
  ],
  call: GEN_AI_CALL,
};
