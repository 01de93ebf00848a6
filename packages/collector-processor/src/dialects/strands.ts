import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_ROLE } from './gen-ai-keys.ts';
import { providerOfModel } from './provider-of-model.ts';

/** Bedrock's names of models begin with their maker, after a region: `us.anthropic.claude-sonnet-5-v1:0`. */
const BEDROCK_MODEL = /^([a-z]+\.)?(ai21|amazon|anthropic|cohere|deepseek|meta|mistral)\./;

/** Strands Agents. Its loops and agents repeat what its model calls carry. */
export const strands: Dialect = {
  id: 'strands',
  version: 1,
  emitter: 'Strands Agents for Python',
  limits: [
    'The provider on the span is Strands itself: it is taken from the name of the model, so calls are estimated.',
    'Reasoning tokens and the lifetime of cache writes are not on the span.',
    'Versions before 1.53 leave the caches out of the input; the total on the span tells.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['strands.telemetry.tracer', 'strands-agents', 'strands'] }],
  call: {
    ...GEN_AI_CALL,
    role: { ...GEN_AI_ROLE, byValue: { ...GEN_AI_ROLE.byValue, execute_event_loop_cycle: 'aggregate' } },
    provider: ['gen_ai.request.model'],
    providerOf: (model) => (BEDROCK_MODEL.test(model) ? 'aws.bedrock' : providerOfModel(model)),
    doubt: { reason: 'provider-inferred', when: 'always, because no provider is named', holds: () => true },
  },
};
