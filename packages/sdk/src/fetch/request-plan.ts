import type { Usage } from '@costspan/pricing';
import { parsedBodyCharactersMax, requestBodyBytesMax } from '../limits.ts';
import type { Api, RequestBody } from './apis/api-type.ts';
import { apiOf } from './apis/apis.ts';
import { fieldOf, textOf } from './apis/kept.ts';
import { createJsonPruner } from './body/json-pruner.ts';
import type { Pick } from './body/pick.ts';
import { pickValue } from './body/pick-value.ts';
import { withIncludeUsage } from './include-usage.ts';
import { acceptsIncludeUsage, providerOf } from './provider.ts';

/** What is known of a request, without its texts and secrets: what may be kept for as long as the call takes. */
export type RequestFacts = {
  readonly api: Api;
  readonly provider: string;
  /** Absent where nobody sees the request itself. */
  readonly url?: URL;
  readonly body: RequestBody;
  /** How often the client says it has tried before; undefined when it does not say. */
  readonly retryCount?: number;
  /** Milliseconds after which the client gives up, as it says. */
  readonly timeoutMs?: number;
};

/** What the metering fetch is about to do with one request. */
export type RequestPlan = {
  readonly facts: RequestFacts;
  /** The body as the caller gave it: what a retry repeats. */
  readonly rawBody: unknown;
  /** The body to send, when it is not the caller's: usage was asked for. */
  readonly sentBody?: string;
  readonly headers: Headers;
  readonly signal?: AbortSignal;
};

/** The plan for a request, or undefined when it costs nothing that could be metered. */
export const planRequest = (
  input: string | URL | Request,
  init: RequestInit | undefined,
  options: { readonly includeUsageHosts: readonly string[]; readonly provider?: string },
): RequestPlan | undefined => {
  const request = typeof input === 'object' && 'url' in input ? input : undefined;
  const url = new URL(request?.url ?? String(input));
  const api = apiOf((init?.method ?? request?.method ?? 'GET').toUpperCase(), url.pathname);
  if (api === undefined) return undefined;
  const rawBody = init?.body ?? undefined;
  const given = init?.headers ?? request?.headers;
  // Only read here: copying them is most of what a plan would cost.
  const headers = given instanceof Headers ? given : new Headers(given);
  const signal = init?.signal ?? request?.signal;
  const body = { ...withModel(modelOf(url, headers, api), readBody(rawBody, api)), ...(isStreamPath(url) && { isStream: true }) };
  const mayAsk = body.isStream && !headers.has('content-length') && acceptsIncludeUsage(url, options.includeUsageHosts);
  const sentBody = mayAsk ? withIncludeUsage(rawBody, body, api.id) : undefined;
  const retryCount = countIn(headers.get('x-stainless-retry-count'));
  const timeoutSeconds = countIn(headers.get('x-stainless-timeout'));
  const facts: RequestFacts = {
    api,
    provider: options.provider ?? api.provider ?? providerOf(url.hostname, api.id),
    url,
    body,
    ...(retryCount !== undefined && { retryCount }),
    // The header is in whole seconds, rounded down: 0 says nothing.
    ...(timeoutSeconds !== undefined && timeoutSeconds > 0 && { timeoutMs: timeoutSeconds * 1000 }),
  };
  return {
    facts,
    rawBody,
    headers,
    ...(sentBody !== undefined && { sentBody }),
    ...(signal !== undefined && signal !== null && { signal }),
  };
};

// Where the body does not name the model: Bedrock, Vertex and Gemini have it in the path.
const modelOf = (url: URL, headers: Headers, { modelHeader }: Api): string | undefined => {
  const inHeader = modelHeader === undefined ? null : headers.get(modelHeader);
  const inPath = /\/models\/([^/:]+):|\/model\/([^/]+)\//.exec(url.pathname);
  const found = inHeader ?? inPath?.[1] ?? inPath?.[2];
  return found === undefined ? undefined : decodeURIComponent(found);
};

const isStreamPath = ({ pathname }: URL): boolean => /:stream\w+$|\/(invoke-with-response|converse)-stream$/.test(pathname);

const countIn = (text: string | null): number | undefined => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined);

const requestFields = {
  model: true,
  stream: true,
  service_tier: true,
  max_tokens: true,
  max_completion_tokens: true,
  max_output_tokens: true,
  stream_options: { include_usage: true },
} as const;

const speechFields = { ...requestFields, input: true } as const;

const readBody = (raw: unknown, api: Api): RequestBody => {
  if (raw instanceof FormData) {
    const text = (field: string): string | undefined => textOf({ field: raw.get(field) }, 'field');
    return withModel(text('model'), { isStream: text('stream') === 'true', usage: api.readRequest?.({ text }) ?? {} });
  }
  const kept = keep(raw, api.readRequest === undefined ? requestFields : speechFields);
  if (kept === undefined) return { isStream: false };
  const usage: Usage = api.readRequest?.({ text: (field) => textOf(kept, field) }) ?? {};
  const serviceTier = textOf(kept, 'service_tier');
  const maxTokens = ['max_completion_tokens', 'max_output_tokens', 'max_tokens']
    .map((field) => fieldOf(kept, field))
    .find(isCount);
  const options = fieldOf(kept, 'stream_options');
  return withModel(textOf(kept, 'model'), {
    isStream: fieldOf(kept, 'stream') === true,
    usage,
    ...(serviceTier !== undefined && { serviceTier }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(options === undefined && { streamOptions: 'absent' as const }),
    ...(isOpenObject(options) && { streamOptions: 'open' as const }),
  });
};

// A short text is parsed faster than it is scanned; what a long one holds besides the wanted fields is passed over.
const keep = (raw: unknown, fields: Pick): unknown => {
  if (typeof raw === 'string' && raw.length <= parsedBodyCharactersMax) {
    try {
      return pickValue(JSON.parse(raw), fields);
    } catch {
      return undefined;
    }
  }
  const bytes = bytesOf(raw);
  if (bytes === undefined) return undefined;
  const pruner = createJsonPruner(fields);
  pruner.feed(bytes);
  return pruner.take();
};

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

// A field that was null is kept as null, which is a decision of the caller's.
const isOpenObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && fieldOf(value, 'include_usage') === undefined;

const withModel = (model: string | undefined, body: RequestBody): RequestBody => ({
  ...body,
  ...(model !== undefined && { model }),
});

const bytesOf = (raw: unknown): Uint8Array | undefined => {
  const bytes =
    typeof raw === 'string' && raw.length <= requestBodyBytesMax ? Buffer.from(raw) : raw instanceof Uint8Array ? raw : undefined;
  return bytes !== undefined && bytes.length <= requestBodyBytesMax ? bytes : undefined;
};
