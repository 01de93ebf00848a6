import type { CallKeys, Dialect, Doubt, SpanFields } from './dialect.ts';
import { STREAM_KEYS, STREAM_OUTPUT_SUMMED, streamMayBeCounted } from './doubts.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';

const isAnthropic = (fields: SpanFields): boolean => fields.text(GEN_AI_CALL.provider)?.startsWith('anthropic') === true;
const mayBeCounted = streamMayBeCounted(GEN_AI_TOKENS);

const DOUBTS: readonly Doubt[] = [
  {
    ...STREAM_OUTPUT_SUMMED,
    when: 'where a call of Anthropic was streamed: its output is a few tokens too many',
    holds: (fields, fromPayload) => isAnthropic(fields) && STREAM_OUTPUT_SUMMED.holds(fields, fromPayload),
  },
  mayBeCounted,
];

const CALL: CallKeys = {
  ...GEN_AI_CALL,
  caches: {
    explained: 'inside, but beside for Anthropic',
    of: (_fields, provider) => (provider.startsWith('anthropic') ? 'beside' : 'inside'),
  },
  otherKeys: STREAM_KEYS,
};

const LIMITS: readonly string[] = [
  'Streams without usage carry a count of its own that is not marked: those are estimated.',
  'Streamed and other chats of OpenAI carry no reasoning tokens: they stay in the output.',
  'Its cost is 0 for models it does not know, so it is no price.',
];

/** OpenLIT. Its counts for Anthropic are raw: there the input excludes the caches. Its own cost figures are not read. */
export const openlit: Dialect = {
  id: 'openlit',
  version: 1,
  emitter: 'OpenLIT for JavaScript',
  limits: [...LIMITS, 'The output of an Anthropic stream is the sum of its first and its last count: those calls are estimated.'],
  evidence: 'captured',
  detect: [{ scope: ['@openlit/*'] }],
  call: { ...CALL, doubt: DOUBTS },
};

/** OpenLIT for Python, which takes the last count of a stream. */
export const openlitPython: Dialect = {
  id: 'openlit-python',
  version: 1,
  emitter: 'OpenLIT for Python',
  limits: LIMITS,
  evidence: 'captured',
  detect: [{ scope: ['openlit', 'openlit.*'] }],
  call: { ...CALL, doubt: mayBeCounted },
};
