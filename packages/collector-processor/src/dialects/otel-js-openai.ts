import type { Dialect } from './dialect.ts';
import { cacheSplitUnknown } from './doubts.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';

/** The OpenAI instrumentation of OpenTelemetry JavaScript. */
export const otelJsOpenai: Dialect = {
  id: 'otel-js-openai',
  version: 1,
  emitter: '@opentelemetry/instrumentation-openai',
  limits: [
    'Cached and reasoning tokens and the service tier are not on the span: calls are estimated.',
    'Streams carry usage only where the application asked for it.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['@opentelemetry/instrumentation-openai'] }],
  call: { ...GEN_AI_CALL, providerOtherwise: 'openai', doubt: cacheSplitUnknown(GEN_AI_CALL.tokens) },
};
