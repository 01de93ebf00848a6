import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_SYSTEM,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
} from '@costspan/semconv';
import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';

/** Any instrumentation that follows the OpenTelemetry conventions, in any of their versions, and has no row of its own. */
export const otelGenAi: Dialect = {
  id: 'otel-gen-ai',
  version: 1,
  emitter: 'Instrumentations that follow the OpenTelemetry GenAI conventions, in current and former names',
  limits: [
    'The lifetime of cache writes is not part of the conventions.',
    'Fees of server tools are not part of the conventions.',
    'A source that leaves cached tokens out of the input is only noticed when the counts prove it.',
  ],
  evidence: 'documented',
  detect: [
    {
      key: [
        ATTR_GEN_AI_OPERATION_NAME,
        ATTR_GEN_AI_PROVIDER_NAME,
        ATTR_GEN_AI_SYSTEM,
        ATTR_GEN_AI_REQUEST_MODEL,
        ATTR_GEN_AI_RESPONSE_MODEL,
        ATTR_GEN_AI_USAGE_INPUT_TOKENS,
        ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
        'gen_ai.usage.prompt_tokens',
      ],
    },
  ],
  call: GEN_AI_CALL,
};
