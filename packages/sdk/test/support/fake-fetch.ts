import type { Fetch } from '../../src/index.ts';

/** One request as a fetch got it. */
export type Sent = { readonly url: string; readonly init: RequestInit | undefined };

/** A fetch that answers with the next of `answers`, and remembers what it was asked. */
export const fakeFetch = (...answers: readonly (Response | Error)[]): Fetch & { readonly sent: readonly Sent[] } => {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    const answer = answers[sent.length];
    sent.push({ url: input instanceof Request ? input.url : String(input), init });
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error('fakeFetch: no answer left');
    return answer;
  };
  return Object.assign(fetch, { sent });
};

/** A POST of JSON. */
export const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** A streamed answer of the given events. */
export const eventStream = (...events: readonly unknown[]): Response =>
  new Response(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  });
