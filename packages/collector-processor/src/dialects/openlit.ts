import type { Dialect } from './dialect.ts';
import { STREAM_KEYS, streamMayBeCounted } from './doubts.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';

/** OpenLIT. Its counts for Anthropic are raw: there the input excludes the caches. Its own cost figures are not read. */
export const openlit: Dialect = {
  id: 'openlit',
  version: 1,
  emitter: 'OpenLIT for JavaScript and Python',
  limits: [
    'Streams without usage carry a count of its own that is not marked: those are estimated.',
    'Streamed Anthropic output counts the first tokens twice.',
    'Its cost is 0 for models it does not know, so it is no price.',
  ],
  evidence: 'documented',
  detect: [{ scope: ['@openlit/*', 'openlit', 'openlit.*'] }],
  call: {
    ...GEN_AI_CALL,
    caches: {
      explained: 'inside, but beside for Anthropic',
      of: (_fields, provider) => (provider.startsWith('anthropic') ? 'beside' : 'inside'),
    },
    doubt: streamMayBeCounted(GEN_AI_TOKENS),
    otherKeys: STREAM_KEYS,
  },
};
