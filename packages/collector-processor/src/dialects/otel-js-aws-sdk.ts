import { createReadCall, keysOfCall } from '../stages/read-call.ts';
import type { CallKeys, Dialect } from './dialect.ts';
import { cachesUntold } from './doubts.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';

const SCOPE: readonly string[] = ['@opentelemetry/instrumentation-aws-sdk'];
const STREAM = 'BedrockRuntime.InvokeModelWithResponseStream';

const CALL: CallKeys = {
  ...GEN_AI_CALL,
  caches: 'beside',
  providerOtherwise: 'aws.bedrock',
  requestId: ['aws.request.id'],
  region: ['cloud.region'],
  doubt: cachesUntold(GEN_AI_TOKENS),
};

/** The AWS client instrumentation of OpenTelemetry JavaScript: the counts Bedrock gave, where the input excludes the caches. */
export const otelJsAwsSdk: Dialect = {
  id: 'otel-js-aws-sdk',
  version: 1,
  emitter: '@opentelemetry/instrumentation-aws-sdk (Bedrock)',
  limits: ['Cached tokens are not on the span: calls are estimated.'],
  evidence: 'captured',
  detect: [{ scope: SCOPE, key: ['gen_ai.system', 'gen_ai.provider.name', 'gen_ai.request.model'] }],
  call: CALL,
};

const readCall = createReadCall(CALL);
const readWithoutOutput = createReadCall({ ...CALL, tokens: { ...CALL.tokens, output: [], reasoning: [] } });

/**
 * Streams of `InvokeModel` of the same instrumentation. Of a Claude model it takes the output count of the first event, which is
 * a placeholder, and never that of the last.
 */
export const otelJsAwsSdkStream: Dialect = {
  id: 'otel-js-aws-sdk-stream',
  version: 1,
  emitter: '@opentelemetry/instrumentation-aws-sdk (streams of InvokeModel)',
  limits: [
    'The output of Claude models is unknown: the count on the span is that of the first event of the stream. Converse has it.',
    'Cached tokens are not on the span: calls are estimated.',
  ],
  evidence: 'captured',
  detect: [{ scope: SCOPE, name: [STREAM] }],
  keys: keysOfCall(CALL),
  reads: [
    ['`gen_ai.usage.input_tokens`', '`input_text_tokens`'],
    ['`gen_ai.usage.output_tokens`, but for Claude models', '`output_text_tokens`'],
    ['`gen_ai.request.model`, `cloud.region`, `aws.request.id`', 'model, region and request id'],
  ],
  read: (fields) => (fields.text(CALL.model)?.includes('anthropic.claude') === true ? readWithoutOutput : readCall)(fields),
};
