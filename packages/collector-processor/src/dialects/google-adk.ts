import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';

/** Names under which Google's own models are called. For those alone the output on the span has every token once. */
const GOOGLE: ReadonlySet<string> = new Set([
  'gcp.gemini',
  'gcp.gen_ai',
  'gcp.vertex.agent',
  'gcp.vertex_ai',
  'gemini',
  'google',
  'vertex_ai',
]);

/** A model of another provider is named with it: `openai/gpt-5`. */
const PREFIX = /^(anthropic|azure|bedrock|cohere|deepseek|gemini|groq|mistral|openai|vertex_ai|xai)\//;

/** The Google Agent Development Kit. */
export const googleAdk: Dialect = {
  id: 'google-adk',
  version: 1,
  emitter: 'Google Agent Development Kit',
  limits: [
    'For models of other providers reasoning is added to an output that has it already: those calls are estimated, too high.',
    'There is no response id: a second instrumentation of the call cannot be told by it.',
    'The lifetime of cache writes and the service tier are not on the span.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['gcp.vertex.agent'] }],
  call: {
    ...GEN_AI_CALL,
    // Earlier versions name the kit itself where the provider belongs.
    providerOf: (name) => (name === 'gcp.vertex.agent' ? 'gcp.gemini' : name),
    modelOf: (name) => name.replace(PREFIX, ''),
    doubt: {
      reason: 'reasoning-counted-twice',
      when: 'where a model of a provider other than Google reports reasoning',
      holds: (fields) =>
        !GOOGLE.has(fields.text(GEN_AI_CALL.provider) ?? '') && fields.present(GEN_AI_TOKENS.reasoning ?? []) !== undefined,
    },
  },
};
