import type { CompiledBook } from '@costspan/pricing';
import type { Clock } from '../clock.ts';
import type { Config, TrustConfig } from '../config/config.ts';
import type { Ingest } from '../ingest.ts';
import type { RequestHeaders } from '../receivers/authentication.ts';
import type { SenderContext } from '../stages/meter.ts';
import type { LedgerStore } from '../store/ledger-store.ts';
import { completeHandoff } from './complete-handoff.ts';
import { handoffsPage } from './handoffs-page.ts';
import { createPriceBookPage } from './price-book-page.ts';
import { submitEntries } from './submit-entries.ts';
import { workItemPage } from './work-item-page.ts';

/** A request to the HTTP API: authenticated, decompressed and within its bounds. */
export type ApiRequest = {
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: RequestHeaders;
  readonly body: Uint8Array;
  readonly sender: SenderContext;
  /** Aborts when the client has gone away. */
  readonly abort: AbortSignal;
};

/** What a client is answered: JSON, or nothing. */
export type ApiAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** JSON that is text already. */
  readonly text?: string;
};

/** The HTTP API of a service. */
export type Api = {
  /** How a path is asked; undefined when it is none of the API. */
  readonly methodOf: (path: string) => 'GET' | 'POST' | undefined;
  readonly answer: (request: ApiRequest) => Promise<ApiAnswer>;
};

/** What the API works with. */
export type ApiOptions = {
  readonly ingest: Ingest;
  readonly ledger: Pick<LedgerStore, 'claim' | 'record'>;
  readonly trustOf: (sender: SenderContext) => TrustConfig;
  /** Of the ledger, for what is read beside it; absent: it is in memory. */
  readonly ledgerFile?: string;
  /** Keys that sign handoff tokens. */
  readonly handoffKeys: readonly string[];
  readonly book: () => CompiledBook;
  readonly pricing: Config['pricing'];
  readonly clock: Clock;
};

type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (request: ApiRequest, options: ApiOptions) => Promise<ApiAnswer>;
};

/** Every path of the API. */
const routesOf = (options: ApiOptions): readonly Route[] => [
  { method: 'POST', path: /^\/v1\/entries$/, answer: submitEntries },
  { method: 'POST', path: /^\/v1\/handoffs\/complete$/, answer: completeHandoff },
  { method: 'GET', path: /^\/v1\/handoffs$/, answer: handoffsPage },
  { method: 'GET', path: /^\/v1\/work-items\/[^/]+\/[^/]+\/[^/]+$/, answer: workItemPage },
  { method: 'GET', path: /^\/v1\/price-book$/, answer: createPriceBookPage(options) },
];

/** Creates the API over one ledger. */
export function createApi(options: ApiOptions): Api {
  const routes = routesOf(options);
  const routeOf = (path: string): Route | undefined => routes.find((route) => route.path.test(path));
  return {
    methodOf: (path) => routeOf(path)?.method,
    answer: async (request) =>
      (await routeOf(request.path)?.answer(request, options)) ?? { status: 404, json: { message: 'no such path' } },
  };
}
