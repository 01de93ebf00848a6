/** Chunks of the two lengths of stream that are timed: what differs between them is the cost of chunks alone. */
export const streamLengths = { short: 20, long: 420 } as const;

const encoder = new TextEncoder();
const usage = {
  prompt_tokens: 1_200,
  completion_tokens: 80,
  total_tokens: 1_280,
  prompt_tokens_details: { cached_tokens: 200, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 30, audio_tokens: 0 },
};
const base = { id: 'chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG', created: 1_741_570_283, model: 'gpt-5', service_tier: 'default' };
const plain = encoder.encode(
  JSON.stringify({
    ...base,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'A short answer. '.repeat(20) }, finish_reason: 'stop' }],
    usage,
  }),
);

const event = (data: unknown): Uint8Array =>
  encoder.encode(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
const chunk = (delta: object, rest: object, reason: string | null = null): object => ({
  ...base,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  ...rest,
});

const eventsOf = (length: number, isAsked: boolean): readonly Uint8Array[] => {
  const rest = isAsked ? { usage: null } : {};
  return [
    ...Array.from({ length: length - 1 }, (_, index) => event(chunk({ content: ` word${index}` }, rest))),
    event(chunk({}, rest, 'stop')),
    ...(isAsked ? [event({ ...base, object: 'chat.completion.chunk', choices: [], usage })] : []),
    event('[DONE]'),
  ];
};

const streams = new Map(
  Object.values(streamLengths).flatMap((length) =>
    [true, false].map((isAsked) => [`${length} ${isAsked}`, eventsOf(length, isAsked)] as const),
  ),
);

/** Answers like OpenAI's chat completions, without a network: `n` in the request chooses the length of a stream. */
export const providerFetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
  const body = String(init?.body);
  if (!body.includes('"stream":true')) return new Response(plain, { headers: { 'content-type': 'application/json' } });
  const length = body.includes(`"seed":${streamLengths.long}`) ? streamLengths.long : streamLengths.short;
  const events = streams.get(`${length} ${body.includes('"include_usage":true')}`) ?? [];
  let at = 0;
  // A stream of bytes, as the runtime's own fetch gives: who reads a piece has its memory alone, so that each is a copy.
  const stream = new ReadableStream(
    {
      type: 'bytes',
      pull: (controller) => {
        const next = events[at];
        at += 1;
        if (next === undefined) controller.close();
        else controller.enqueue(next.slice());
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
};
