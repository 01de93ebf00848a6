import type { ContentBlock, Message, RawMessageStreamEvent, TextBlock, Usage } from '@anthropic-ai/sdk/resources/messages';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { piecesOf } from '../server/pieces.ts';
import type { FakeReply, FakeUsage } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';
import { deltaUsage, messageUsage, startUsage } from './usage.ts';

/** `POST /v1/messages`, plain and streamed. */
export const answerMessage: Endpoint = (request, reply, newId) => {
  if (request.model === '') return { status: 400, message: 'model: Field required' };
  const { max_tokens: maxTokens, stream } = request.body;
  if (typeof maxTokens !== 'number') return { status: 400, message: 'max_tokens: Field required' };
  const text = reply.text ?? (reply.toolCalls === undefined ? 'A short answer.' : '');
  const usage = reply.usage ?? { input_text_tokens: tokensOf(request.text), output_text_tokens: tokensOf(text) };
  const rawUsage = reply.rawUsage ?? messageUsage(usage, reply);
  const message: Message = {
    id: reply.responseId ?? newId('msg'),
    type: 'message',
    role: 'assistant',
    model: reply.model ?? request.model,
    content: contentOf(reply, usage, text, newId),
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: reply.toolCalls === undefined ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    // An answer without usage is against the format; it is there to see what a client makes of it.
    ...((rawUsage === 'absent' ? {} : { usage: rawUsage }) as { usage: Usage }),
  };
  return {
    body: stream === true ? { events: events(message) } : { json: message },
    model: message.model,
    usage,
    responseId: message.id,
    ...(rawUsage === 'absent' ? {} : { rawUsage }),
  };
};

/** `POST /v1/messages/count_tokens`: free. */
export const answerCountTokens: Endpoint = (request, reply) => ({
  body: { json: { input_tokens: reply.usage?.input_text_tokens ?? tokensOf(request.text) } },
});

function contentOf(reply: FakeReply, usage: FakeUsage, text: string, newId: (prefix: string) => string): ContentBlock[] {
  const thinks = (usage.output_reasoning_tokens ?? 0) > 0;
  return [
    ...(thinks ? [{ type: 'thinking', thinking: 'Weighing the options.', signature: newId('sig') } as const] : []),
    // Without `citations`, as the API leaves them out where there are none, whatever the client's type says.
    ...(text === '' ? [] : [{ type: 'text', text } as TextBlock]),
    ...(reply.toolCalls ?? []).map(
      (call) =>
        ({ type: 'tool_use', id: newId('toolu'), name: call.name, input: call.arguments, caller: { type: 'direct' } }) as const,
    ),
  ];
}

function events(message: Message): readonly FakeEvent[] {
  const usage: Usage | undefined = message.usage;
  const { stop_reason, stop_sequence, stop_details, container } = message;
  const start: Message = {
    ...message,
    content: [],
    stop_reason: null,
    ...(usage === undefined ? {} : { usage: startUsage(usage) }),
  };
  const list: (RawMessageStreamEvent | { readonly type: 'ping' })[] = [
    { type: 'message_start', message: start },
    { type: 'ping' },
    ...message.content.flatMap(blockEvents),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence, stop_details, container },
      ...((usage === undefined ? {} : { usage: deltaUsage(usage) }) as { usage: ReturnType<typeof deltaUsage> }),
    },
    { type: 'message_stop' },
  ];
  return list.map((event) => ({
    event: event.type,
    data: JSON.stringify(event),
    carriesUsage: event.type === 'message_delta' && usage !== undefined,
  }));
}

function blockEvents(block: ContentBlock, index: number): readonly RawMessageStreamEvent[] {
  const stop = { type: 'content_block_stop', index } as const;
  switch (block.type) {
    case 'text':
      return [
        { type: 'content_block_start', index, content_block: { ...block, text: '' } },
        ...piecesOf(block.text).map(
          (text) => ({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }) as const,
        ),
        stop,
      ];
    case 'thinking':
      return [
        { type: 'content_block_start', index, content_block: { ...block, thinking: '', signature: '' } },
        {
          type: 'content_block_delta',
          index,
          delta: { type: 'thinking_delta', thinking: block.thinking },
        },
        { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: block.signature } },
        stop,
      ];
    case 'tool_use':
      return [
        { type: 'content_block_start', index, content_block: { ...block, input: {} } },
        {
          type: 'content_block_delta',
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
        },
        stop,
      ];
    default:
      throw new Error(`messages: cannot stream a content block of type ${block.type}`);
  }
}
