import { parsedBodyCharactersMax, requestBodyBytesMax } from '../limits.ts';
import type { Api, RequestBody } from './apis/api-type.ts';
import { fieldOf, textOf } from './apis/kept.ts';
import { createJsonPruner } from './body/json-pruner.ts';
import type { PickedFields } from './body/pick.ts';
import { pickText } from './body/pick-text.ts';
import { withIncludeUsage } from './include-usage.ts';
import type { ReadAddress, RequestAddress, Server } from './request-address.ts';

/** What is known of a request, without its texts and secrets: what may be kept for as long as the call takes. */
export type RequestFacts = {
  readonly api: Api;
  readonly provider: string;
  /** Absent where nobody sees the request itself. */
  readonly url?: URL;
  readonly server?: Server;
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
  options: { readonly readAddress: ReadAddress; readonly provider?: string },
): RequestPlan | undefined => {
  const request = typeof input === 'object' && 'url' in input ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  const address = options.readAddress(method === 'POST' ? method : method.toUpperCase(), request?.url ?? String(input));
  const { api } = address;
  if (api === undefined) return undefined;
  const rawBody = init?.body ?? undefined;
  const given = init?.headers ?? request?.headers;
  // Only read here: copying them is most of what a plan would cost.
  const headers = given instanceof Headers ? given : new Headers(given);
  const body = readBody(rawBody, api, { model: modelIn(headers, api) ?? address.model, isStream: address.isStream });
  const mayAsk = body.isStream && address.acceptsIncludeUsage && !headers.has('content-length');
  const plan: Writable<RequestPlan> = {
    facts: factsOf(options.provider ?? address.provider, { api, url: address.url, server: address.server, body }, headers),
    rawBody,
    headers,
  };
  const sentBody = mayAsk ? withIncludeUsage(rawBody, body, api.id) : undefined;
  if (sentBody !== undefined) plan.sentBody = sentBody;
  const signal = init?.signal ?? request?.signal ?? undefined;
  if (signal !== undefined) plan.signal = signal;
  return plan;
};

// Every call makes a few of these: filled field by field they cost a fraction of objects spread into each other.
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const factsOf = (
  provider: string,
  known: Pick<RequestAddress, 'url' | 'server'> & Pick<RequestFacts, 'api' | 'body'>,
  headers: Headers,
): RequestFacts => {
  const facts: Writable<RequestFacts> = { api: known.api, provider, url: known.url, server: known.server, body: known.body };
  const retryCount = countIn(headers.get('x-stainless-retry-count'));
  if (retryCount !== undefined) facts.retryCount = retryCount;
  const timeoutSeconds = countIn(headers.get('x-stainless-timeout'));
  // The header is in whole seconds, rounded down: 0 says nothing.
  if (timeoutSeconds !== undefined && timeoutSeconds > 0) facts.timeoutMs = timeoutSeconds * 1000;
  return facts;
};

const modelIn = (headers: Headers, { modelHeader }: Api): string | undefined => {
  const model = modelHeader === undefined ? null : headers.get(modelHeader);
  return model === null ? undefined : decodeURIComponent(model);
};

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

/** What the address, or a header, says of a request; the body knows better. */
type SaidElsewhere = { readonly model: string | undefined; readonly isStream: boolean };

const readBody = (raw: unknown, api: Api, elsewhere: SaidElsewhere): RequestBody => {
  if (raw instanceof FormData) {
    const text = (field: string): string | undefined => textOf({ field: raw.get(field) }, 'field');
    return bodyOf(elsewhere, text('model'), { isStream: text('stream') === 'true', usage: api.readRequest?.({ text }) ?? {} });
  }
  const kept = keep(raw, api.readRequest === undefined ? requestFields : speechFields);
  if (kept === undefined) return bodyOf(elsewhere, undefined, { isStream: false });
  const body: Writable<RequestBody> = { isStream: fieldOf(kept, 'stream') === true };
  if (api.readRequest !== undefined) body.usage = api.readRequest({ text: (field) => textOf(kept, field) });
  const serviceTier = textOf(kept, 'service_tier');
  if (serviceTier !== undefined) body.serviceTier = serviceTier;
  const maxTokens = countOf(kept, 'max_completion_tokens') ?? countOf(kept, 'max_output_tokens') ?? countOf(kept, 'max_tokens');
  if (maxTokens !== undefined) body.maxTokens = maxTokens;
  const options = fieldOf(kept, 'stream_options');
  if (options === undefined) body.streamOptions = 'absent';
  else if (isOpenObject(options)) body.streamOptions = 'open';
  return bodyOf(elsewhere, textOf(kept, 'model'), body);
};

const bodyOf = (elsewhere: SaidElsewhere, ownModel: string | undefined, body: Writable<RequestBody>): RequestBody => {
  const model = ownModel ?? elsewhere.model;
  if (model !== undefined) body.model = model;
  if (elsewhere.isStream) body.isStream = true;
  return body;
};

// Nearly every client sends a text. One with bytes for a body is read the slower way, in which texts are never decoded.
const keep = (raw: unknown, fields: PickedFields): unknown => {
  if (typeof raw === 'string') {
    if (raw.length <= parsedBodyCharactersMax) return parsedText(raw);
    return raw.length <= requestBodyBytesMax ? pickText(raw, fields) : undefined;
  }
  if (!(raw instanceof Uint8Array) || raw.length > requestBodyBytesMax) return undefined;
  const pruner = createJsonPruner(fields);
  pruner.feed(raw);
  return pruner.take();
};

const parsedText = (json: string): unknown => {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
};

const countOf = (kept: unknown, field: string): number | undefined => {
  const value = fieldOf(kept, field);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
};

// A field that was null is kept as null, which is a decision of the caller's.
const isOpenObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && fieldOf(value, 'include_usage') === undefined;
