/**
 * A response that throws `error` as soon as anybody looks at it. The clients of OpenAI and Anthropic take whatever `fetch`
 * throws for a broken connection: they try again, and wrap it in the end. What they find while they read a response they
 * hand on as it is.
 */
export const createRefusingResponse = (error: Error): Response => {
  const refuse = (): never => {
    throw error;
  };
  const response = new Response(null, { status: 402 });
  for (const property of ['headers', 'ok', 'status', 'statusText', 'body', 'url'] as const) {
    Object.defineProperty(response, property, { get: refuse, configurable: true });
  }
  return response;
};

/** Whether a request comes from a client that would try again after an error of ours. */
export const isFromRetryingClient = (input: string | URL | Request, init: RequestInit | undefined): boolean => {
  const headers = new Headers(init?.headers ?? (typeof input === 'object' && 'headers' in input ? input.headers : undefined));
  return headers.has('x-stainless-lang') || headers.has('x-stainless-retry-count');
};
