import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';

/** The Microsoft Agent Framework. Its agents carry the sum of their calls under the same keys. */
export const agentFramework: Dialect = {
  id: 'agent-framework',
  version: 1,
  emitter: 'Microsoft Agent Framework',
  limits: ['The lifetime of cache writes and the service tier are not on the span.'],
  evidence: 'captured',
  detect: [{ scope: ['agent_framework'] }],
  call: GEN_AI_CALL,
};
