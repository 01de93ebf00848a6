import { CostspanError, shown } from '../errors.ts';
import { type Fetch, isMetered } from '../fetch/metered-fetch.ts';
import type { WorkItemInit } from '../work-item/work-item-type.ts';

/** Names the work item of a line of a batch, by the `custom_id` the line was given. */
export type ItemOfLine = (customId: string) => WorkItemInit | undefined;

/** How to meter one client. */
export type MeterOptions = {
  /**
   * Name of the provider in the price book: where the host does not tell it, such as `openai` behind a gateway of your own,
   * or to tell two vector databases or MCP servers apart.
   */
  readonly provider?: string;
  /**
   * Spans that the Anthropic client emits itself. `off` (default) switches them off on the metered client, and with them
   * the trace and baggage headers it would send to the provider; `keep` leaves them, and the processor drops the double.
   */
  readonly nativeSpans?: 'off' | 'keep';
  /** The work item of a line of a batch. Default: the item in which the results are read. */
  readonly itemOf?: ItemOfLine;
};

/** Makes the metering fetch for a client: around its own fetch, with the number of its retries. */
export type FetchFor = (inner: Fetch | undefined, maxRetries: () => number | undefined, options: MeterOptions) => Fetch;

/**
 * A copy of `client` whose calls are metered: same class, same types, same options. Works with `openai` and
 * `@anthropic-ai/sdk` and their platform clients; throws a CostspanError for anything else.
 */
export const meterClient = <T extends object>(client: T, options: MeterOptions, fetchFor: FetchFor): T => {
  if (!isClient(client)) {
    throw unsupported(
      shownClient(client),
      'pass a client of openai, @anthropic-ai/sdk, a vector database or MCP; give another one costspan.fetch(), or wrap its functions',
    );
  }
  if (isMetered(client.fetch)) return client;
  // Read from the copy, once there is one: what a client asks for may be changed on it later.
  let metered: SupportedClient | undefined;
  const fetch = fetchFor(client.fetch, () => metered?.maxRetries, options);
  const native = options.nativeSpans !== 'keep' && 'openTelemetry' in client ? NATIVE_SPANS_OFF : {};
  try {
    metered = client.withOptions({ fetch, ...native });
  } catch (cause) {
    throw Object.assign(unsupported(`${shownClient(client)} of which no copy with a fetch of its own can be made`, NO_COPY), {
      cause,
    });
  }
  if (metered.fetch !== fetch) {
    throw unsupported(
      `${shownClient(client)} whose copy does not take the fetch option`,
      'pass `fetch: costspan.fetch()` to its constructor instead',
    );
  }
  return metered as T & SupportedClient;
};

/** What is needed of a client. Both clients have it in every version since 5 and 0.50. */
type SupportedClient = {
  readonly fetch?: Fetch;
  readonly maxRetries?: number;
  readonly withOptions: (options: object) => SupportedClient;
};

const isClient = (client: object): client is SupportedClient =>
  typeof client === 'object' &&
  client !== null &&
  'withOptions' in client &&
  typeof client.withOptions === 'function' &&
  'fetch' in client;

const NATIVE_SPANS_OFF = { openTelemetry: { traces: false, propagation: false } } as const;

/** Proxies of other tools stand before a client, and what they keep private cannot be copied through them. */
const NO_COPY =
  'meter the client itself, before another tool wraps it: wrap(costspan.meter(client)); or pass `fetch: costspan.fetch()` to its constructor';

const shownClient = (client: unknown): string =>
  typeof client === 'object' && client !== null ? instanceName(client.constructor?.name) : shown(client);

const instanceName = (name: string | undefined): string =>
  name === undefined || name === 'Object' ? 'a plain object' : `an instance of ${name}`;

const unsupported = (found: string, advice: string): CostspanError =>
  new CostspanError({
    code: 'client-unsupported',
    where: 'meter: client',
    problem: 'expected a client that can be metered',
    found,
    advice,
  });
