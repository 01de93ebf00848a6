import type { Answer, Endpoint, FakeEvent } from '../server/answer.ts';
import { eventFrame } from '../server/event-frame.ts';
import { piecesOf } from '../server/pieces.ts';
import { type FakeReply, type FakeUsage, unitsOf } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';

const units = [
  'input_text_tokens',
  'input_cache_read_text_tokens',
  'input_cache_write_5m_tokens',
  'input_cache_write_1h_tokens',
  'output_text_tokens',
] as const;

/** A block of the message that answers. */
type Block =
  | { readonly text: string }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: unknown } };

/** `POST /model/{model}/converse` and `converse-stream`: one format for every model, in Amazon's binary frames when streamed. */
export const converseOf =
  (model: string, isStream: boolean): Endpoint =>
  ({ body }, reply, newId): Answer => {
    const text = reply.text ?? (reply.toolCalls === undefined ? 'A short answer.' : '');
    const usage = reply.usage ?? {
      input_text_tokens: tokensOf(JSON.stringify(body['messages'] ?? '')),
      output_text_tokens: tokensOf(text),
    };
    const rawUsage = reply.rawUsage ?? converseUsage(usage);
    const told = rawUsage === 'absent' ? {} : { usage: rawUsage };
    const ending = {
      ...told,
      metrics: { latencyMs: 7 },
      ...(reply.serviceTier !== undefined && { serviceTier: { type: reply.serviceTier } }),
    };
    const content = contentOf(reply, text, newId);
    const stopReason = reply.toolCalls === undefined ? 'end_turn' : 'tool_use';
    return {
      body: isStream
        ? { events: eventsOf(content, stopReason, ending), contentType: 'application/vnd.amazon.eventstream' }
        : { json: { output: { message: { role: 'assistant', content } }, stopReason, ...ending } },
      model,
      usage,
      ...(rawUsage === 'absent' ? {} : { rawUsage }),
    };
  };

/** Usage as Converse tells it: cached and written input stand beside `inputTokens`, writes by lifetime in `cacheDetails`. */
const converseUsage = (usage: FakeUsage): Readonly<Record<string, unknown>> => {
  const u = unitsOf(usage, 'converse', units);
  const written = u.input_cache_write_5m_tokens + u.input_cache_write_1h_tokens;
  const details = [
    { inputTokens: u.input_cache_write_5m_tokens, ttl: '5m' },
    { inputTokens: u.input_cache_write_1h_tokens, ttl: '1h' },
  ].filter(({ inputTokens }) => inputTokens > 0);
  return {
    inputTokens: u.input_text_tokens,
    outputTokens: u.output_text_tokens,
    totalTokens: u.input_text_tokens + u.input_cache_read_text_tokens + written + u.output_text_tokens,
    cacheReadInputTokens: u.input_cache_read_text_tokens,
    cacheWriteInputTokens: written,
    ...(details.length > 0 && { cacheDetails: details }),
  };
};

const contentOf = (reply: FakeReply, text: string, newId: (prefix: string) => string): readonly Block[] => [
  ...(text === '' ? [] : [{ text }]),
  ...(reply.toolCalls ?? []).map((call) => ({
    toolUse: { toolUseId: newId('tooluse'), name: call.name, input: call.arguments },
  })),
];

const eventsOf = (content: readonly Block[], stopReason: string, ending: object): readonly FakeEvent[] => [
  event('messageStart', { role: 'assistant' }),
  ...content.flatMap(blockEvents),
  event('messageStop', { stopReason }),
  { ...event('metadata', ending), carriesUsage: 'usage' in ending },
];

const blockEvents = (block: Block, contentBlockIndex: number): readonly FakeEvent[] => {
  const delta = (piece: object): FakeEvent => event('contentBlockDelta', { contentBlockIndex, delta: piece });
  const stop = event('contentBlockStop', { contentBlockIndex });
  // A block of text begins with its first piece.
  if ('text' in block) return [...piecesOf(block.text).map((text) => delta({ text })), stop];
  const { input, ...toolUse } = block.toolUse;
  return [
    event('contentBlockStart', { contentBlockIndex, start: { toolUse } }),
    delta({ toolUse: { input: JSON.stringify(input) } }),
    stop,
  ];
};

const event = (type: string, payload: object): FakeEvent => {
  const data = JSON.stringify({ ...payload, p: 'abcdefgh' });
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return { data, frame: eventFrame(headers, data) };
};
