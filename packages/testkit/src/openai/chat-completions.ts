import type { ChatCompletion, ChatCompletionChunk, ChatCompletionMessageToolCall } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { piecesOf } from '../server/pieces.ts';
import type { FakeReply, FakeRequest } from '../server/script.ts';
import { chatUsage, usageOf } from './usage.ts';

type Completed = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly tier: ServiceTier;
  readonly text: string;
  readonly toolCalls: readonly FunctionCall[];
};
type FunctionCall = Extract<ChatCompletionMessageToolCall, { type: 'function' }>;
type ServiceTier = NonNullable<ChatCompletion['service_tier']>;

/** `POST /v1/chat/completions`, plain and streamed. */
export const answerChatCompletion: Endpoint = (request, reply, newId) => {
  if (request.model === '') return { status: 400, message: 'you must provide a model parameter' };
  const { stream } = request.body;
  const text = reply.text ?? (reply.toolCalls === undefined ? 'A short answer.' : '');
  const usage = usageOf(request, reply, text);
  const rawUsage = reply.rawUsage ?? chatUsage(usage);
  const completed: Completed = {
    id: reply.responseId ?? newId('chatcmpl'),
    created: Math.floor(Date.now() / 1000),
    model: reply.model ?? request.model,
    tier: (reply.serviceTier ?? 'default') as ServiceTier,
    text,
    toolCalls: toolCallsOf(reply, newId),
  };
  const told = rawUsage === 'absent' ? undefined : (rawUsage as CompletionUsage);
  return {
    body: stream === true ? { events: chunks(completed, request, told) } : { json: completion(completed, told) },
    model: completed.model,
    usage,
    responseId: completed.id,
    ...(told === undefined ? {} : { rawUsage: told }),
  };
};

function toolCallsOf(reply: FakeReply, newId: (prefix: string) => string): readonly FunctionCall[] {
  return (reply.toolCalls ?? []).map((call) => ({
    id: newId('call'),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

function completion(completed: Completed, usage: CompletionUsage | undefined): ChatCompletion {
  const { id, created, model, tier, text, toolCalls } = completed;
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: toolCalls.length > 0 && text === '' ? null : text,
          refusal: null,
          annotations: [],
          ...(toolCalls.length > 0 ? { tool_calls: [...toolCalls] } : {}),
        },
        logprobs: null,
        finish_reason: toolCalls.length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    ...(usage === undefined ? {} : { usage }),
    service_tier: tier,
  };
}

/** With `include_usage` every chunk carries `usage: null` and one more chunk, without choices, carries the counts. */
function chunks(completed: Completed, request: FakeRequest, usage: CompletionUsage | undefined): readonly FakeEvent[] {
  const { id, created, model, tier, text, toolCalls } = completed;
  const { stream_options: streamOptions } = request.body;
  const includeUsage = (streamOptions as { readonly include_usage?: boolean } | null | undefined)?.include_usage === true;
  const chunk = (
    choices: ChatCompletionChunk['choices'],
    usageField: { usage?: CompletionUsage | null } = includeUsage ? { usage: null } : {},
  ): FakeEvent => {
    const data: ChatCompletionChunk = {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      service_tier: tier,
      choices,
      ...usageField,
    };
    return { data: JSON.stringify(data), carriesUsage: Boolean(usageField.usage) };
  };
  const delta = (fields: ChatCompletionChunk.Choice.Delta): FakeEvent =>
    chunk([{ index: 0, delta: fields, logprobs: null, finish_reason: null }]);
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...piecesOf(text).map((content) => delta({ content })),
    ...toolCalls.flatMap(({ id: callId, type, function: { name, arguments: json } }, index) => [
      delta({ tool_calls: [{ index, id: callId, type, function: { name, arguments: '' } }] }),
      delta({ tool_calls: [{ index, function: { arguments: json } }] }),
    ]),
    chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: toolCalls.length > 0 ? 'tool_calls' : 'stop' }]),
    ...(includeUsage && usage !== undefined ? [chunk([], { usage })] : []),
    { data: '[DONE]' },
  ];
}
