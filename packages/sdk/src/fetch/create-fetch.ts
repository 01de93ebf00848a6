import type { ItemOfLine } from '../clients/meter-client.ts';
import { checkFields, itemOfCheck, providerCheck } from '../options-check.ts';
import type { ItemOfResult } from './late/late-results.ts';
import { createMeteredFetch, type Fetch, type MeteredFetchOptions } from './metered-fetch.ts';

/** How a metering fetch for a client of your choice behaves. */
export type FetchOptions = {
  /**
   * `own` (default): a span for every call. `annotate`: what a call cost is written on the span of the instrumentation
   * that is there already, such as the AI SDK's, so that nothing is counted twice; where there is none, `own`. `none`: calls
   * pass through unmetered, for example in a test.
   */
  readonly spans?: 'own' | 'annotate' | 'none';
  /** The fetch to use. Default: the global one, looked up at each call. */
  readonly fetch?: Fetch;
  /** Name of the provider, where the host does not tell it. */
  readonly provider?: string;
  /** The work item of a line of a batch, by its `custom_id`. Default: the item in which the results are read. */
  readonly itemOf?: ItemOfLine;
};

/** The `fetch` of a Costspan: makes fetches that meter, or that pass everything through where that is asked for. */
export const createFetch =
  (
    metering: Omit<MeteredFetchOptions, 'owner' | 'provider' | 'itemOf' | 'maxRetries'>,
    itemOfResult: (itemOf: ItemOfLine, where: string) => ItemOfResult,
  ) =>
  (options: FetchOptions = {}): Fetch => {
    checkFields('fetch', options, fetchChecks);
    const { fetch: inner, provider, itemOf, spans = 'own' } = options;
    if (spans === 'none') return inner ?? ((input, init) => globalThis.fetch(input, init));
    return createMeteredFetch(inner, {
      ...metering,
      owner: spans,
      ...(provider !== undefined && { provider }),
      ...(itemOf !== undefined && { itemOf: itemOfResult(itemOf, 'fetch: itemOf') }),
    });
  };

const fetchChecks = {
  provider: providerCheck,
  itemOf: itemOfCheck,
  spans: [
    (value: unknown) => ['own', 'annotate', 'none'].includes(String(value)),
    'expected "own", "annotate" or "none"',
    'choose one of them',
  ],
  fetch: [(value: unknown) => typeof value === 'function', 'expected a function', 'leave it out to use the global fetch'],
} as const;
