import type { Response, ResponseOutputItem, ResponseStreamEvent, ResponseUsage } from 'openai/resources/responses/responses';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { piecesOf } from '../server/pieces.ts';
import type { FakeReply, FakeRequest, FakeUsage } from '../server/script.ts';
import { responseUsage, usageOf } from './usage.ts';

/** What travels: `output_text` is something the client library adds. */
type WireResponse = Omit<Response, 'output_text'>;
/** An event before it is numbered; each field still belongs to its own kind of event. */
type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'sequence_number'> : never;

/** `POST /v1/responses`, plain and streamed. */
export const answerResponse: Endpoint = (request, reply, newId) => {
  if (request.model === '') return { status: 400, message: 'Missing required parameter: model' };
  const { stream } = request.body;
  const text = reply.text ?? (reply.toolCalls === undefined ? 'A short answer.' : '');
  const usage = usageOf(request, reply, text);
  const rawUsage = reply.rawUsage ?? responseUsage(usage);
  const told = rawUsage === 'absent' ? undefined : (rawUsage as ResponseUsage);
  const base = emptyResponse(request, reply, reply.responseId ?? newId('resp'));
  const output = outputItems(reply, usage, text, newId);
  const completed: WireResponse = {
    ...base,
    status: 'completed',
    completed_at: base.created_at,
    output: [...output],
    ...(told === undefined ? {} : { usage: told }),
  };
  return {
    body: stream === true ? { events: events(base, completed) } : { json: completed },
    model: completed.model,
    usage,
    responseId: completed.id,
    ...(told === undefined ? {} : { rawUsage: told }),
  };
};

function emptyResponse(request: FakeRequest, reply: FakeReply, id: string): WireResponse {
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    access_programs: null,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: reply.model ?? request.model,
    output: [],
    parallel_tool_calls: true,
    service_tier: (reply.serviceTier ?? 'default') as NonNullable<Response['service_tier']>,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
  };
}

function outputItems(
  reply: FakeReply,
  usage: FakeUsage,
  text: string,
  newId: (prefix: string) => string,
): readonly ResponseOutputItem[] {
  const items: ResponseOutputItem[] = [];
  if ((usage.output_reasoning_tokens ?? 0) > 0) items.push({ id: newId('rs'), type: 'reasoning', summary: [] });
  for (let count = 0; count < (usage.web_searches ?? 0); count += 1) {
    items.push({
      id: newId('ws'),
      type: 'web_search_call',
      status: 'completed',
      action: { type: 'search', query: 'q', queries: ['q'] },
    });
  }
  for (let count = 0; count < (usage.file_searches ?? 0); count += 1) {
    items.push({ id: newId('fs'), type: 'file_search_call', status: 'completed', queries: ['q'], results: null });
  }
  for (const call of reply.toolCalls ?? []) {
    items.push({
      id: newId('fc'),
      type: 'function_call',
      status: 'completed',
      call_id: newId('call'),
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    });
  }
  if (text !== '') {
    const content = { type: 'output_text' as const, text, annotations: [], logprobs: [] };
    items.push({ id: newId('msg'), type: 'message', status: 'completed', role: 'assistant', content: [content] });
  }
  return items;
}

function events(base: WireResponse, completed: WireResponse): readonly FakeEvent[] {
  const list: Unnumbered<ResponseStreamEvent>[] = [
    { type: 'response.created', response: asResponse(base) },
    { type: 'response.in_progress', response: asResponse(base) },
    ...completed.output.flatMap(itemEvents),
    { type: 'response.completed', response: asResponse(completed) },
  ];
  return list.map((event, index) => ({
    event: event.type,
    data: JSON.stringify({ ...event, sequence_number: index }),
    carriesUsage: event.type === 'response.completed' && completed.usage !== undefined,
  }));
}

function itemEvents(item: ResponseOutputItem, index: number): readonly Unnumbered<ResponseStreamEvent>[] {
  const added = { type: 'response.output_item.added', output_index: index } as const;
  const done = { type: 'response.output_item.done', output_index: index, item } as const;
  if (item.type === 'function_call') {
    const where = { item_id: item.id ?? '', output_index: index };
    return [
      { ...added, item: { ...item, status: 'in_progress', arguments: '' } },
      { type: 'response.function_call_arguments.delta', ...where, delta: item.arguments },
      { type: 'response.function_call_arguments.done', ...where, arguments: item.arguments },
      done,
    ];
  }
  const part = item.type === 'message' ? item.content[0] : undefined;
  if (item.type !== 'message' || part?.type !== 'output_text') return [{ ...added, item }, done];
  const where = { item_id: item.id, output_index: index, content_index: 0 };
  return [
    { ...added, item: { ...item, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...where, part: { ...part, text: '' } },
    ...piecesOf(part.text).map((delta) => ({ type: 'response.output_text.delta' as const, ...where, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...where, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...where, part },
    done,
  ];
}

/** The client's type has the field that only the client adds. */
function asResponse(response: WireResponse): Response {
  return response as Response;
}
