import { gunzipSync } from 'node:zlib';
import { type HttpServer, startHttpServer, waitFor } from '@costspan/testkit';
import { decodeWithOracle } from '../../packages/collector-processor/test/otlp/proto.ts';

/** What a backend does with requests from now on. */
export type BackendMood =
  | { readonly kind: 'takes' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'fails'; readonly status: number }
  /** Connections are cut without an answer, as by a host that went away. */
  | { readonly kind: 'gone' };

type Values = Readonly<Record<string, string | number | boolean>>;

/** A span as a backend stores it. */
export type StoredSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly scope: string;
  readonly attributes: Values;
};

/** A log event as a backend stores it. */
export type StoredEvent = { readonly name: string; readonly attributes: Values };

/** An OpenTelemetry backend: keeps everything it acknowledged. */
export type Backend = HttpServer & {
  readonly spans: () => readonly StoredSpan[];
  readonly events: () => readonly StoredEvent[];
  /** Requests it did not take. */
  readonly refusedCount: () => number;
  readonly become: (mood: BackendMood) => void;
  /** Resolves with the first value `condition` gives. */
  readonly until: <Value>(what: string, condition: () => Value | undefined | false) => Promise<Value>;
};

/** A Collector may back off before it tries again, and a tail sampler waits before it decides. */
const untilTimeoutMs = 60_000;

/** Starts a backend that takes OTLP over HTTP. */
export async function startBackend(): Promise<Backend> {
  let mood: BackendMood = { kind: 'takes' };
  let refusedCount = 0;
  const spans: StoredSpan[] = [];
  const events: StoredEvent[] = [];
  const server = await startHttpServer(async ({ path, headers, body }, response) => {
    const current = mood;
    if (current.kind === 'gone' || current.kind === 'fails') {
      refusedCount += 1;
      if (current.kind === 'gone') response.destroy();
      else response.writeHead(current.status).end();
      return;
    }
    if (current.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, current.delayMs));
    const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    if (path === '/v1/traces') spans.push(...readSpans(bytes));
    if (path === '/v1/logs') events.push(...readEvents(bytes));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  return {
    ...server,
    spans: () => spans,
    events: () => events,
    refusedCount: () => refusedCount,
    become: (next) => {
      mood = next;
    },
    until: (what, condition) => waitFor(`backend: ${what}`, condition, { timeoutMs: untilTimeoutMs }),
  };
}

type KeyValue = { readonly key: string; readonly value?: Readonly<Record<string, unknown>> };
type Scoped<Name extends string, Item> = { readonly scope?: { readonly name?: string } } & {
  readonly [key in Name]?: readonly Item[];
};
type OtlpSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly attributes?: readonly KeyValue[];
};
type OtlpLog = { readonly eventName?: string; readonly attributes?: readonly KeyValue[] };
type Traces = { readonly resourceSpans?: ReadonlyArray<{ readonly scopeSpans?: ReadonlyArray<Scoped<'spans', OtlpSpan>> }> };
type Logs = { readonly resourceLogs?: ReadonlyArray<{ readonly scopeLogs?: ReadonlyArray<Scoped<'logRecords', OtlpLog>> }> };

function readSpans(body: Buffer): readonly StoredSpan[] {
  const { resourceSpans = [] } = decodeWithOracle('ExportTraceServiceRequest', body) as Traces;
  return resourceSpans.flatMap(({ scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map(({ traceId, spanId, name, attributes = [] }) => ({
        traceId: hexOf(traceId),
        spanId: hexOf(spanId),
        name,
        scope: scope?.name ?? '',
        attributes: valuesOf(attributes),
      })),
    ),
  );
}

function readEvents(body: Buffer): readonly StoredEvent[] {
  const { resourceLogs = [] } = decodeWithOracle('ExportLogsServiceRequest', body) as Logs;
  return resourceLogs.flatMap(({ scopeLogs = [] }) =>
    scopeLogs.flatMap(({ logRecords = [] }) =>
      logRecords.map(({ eventName = '', attributes = [] }) => ({ name: eventName, attributes: valuesOf(attributes) })),
    ),
  );
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

/** Values of one type each; lists and maps do not occur where these are read. */
function valuesOf(attributes: readonly KeyValue[]): Values {
  return Object.fromEntries(
    attributes.flatMap(({ key, value = {} }) => {
      const { stringValue, intValue, doubleValue, boolValue } = value as Readonly<Record<string, string | number | boolean>>;
      const found = stringValue ?? intValue ?? doubleValue ?? boolValue;
      return found === undefined ? [] : [[key, found]];
    }),
  );
}
