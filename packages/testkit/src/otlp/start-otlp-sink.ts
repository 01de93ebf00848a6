import { gunzipSync } from 'node:zlib';
import { type HttpRequest, type HttpServer, startHttpServer } from '../server/http-server.ts';
import { createChanges } from '../time/changes.ts';

/** One OTLP/HTTP request as it arrived. Nothing is decoded. */
export type OtlpRequest = HttpRequest & {
  readonly signal: 'traces' | 'logs' | 'metrics';
  /** The body as it came, still compressed if it was; `body` is decompressed. */
  readonly wireBody: Buffer;
  /** Status it was answered with; absent: never answered. */
  readonly status?: number;
};

/** What the sink answers to one request. Default: 200 and an empty response message. */
export type OtlpSinkStep =
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly body?: Buffer }
  | { readonly hang: true };

/** A destination of OTLP/HTTP that keeps what it gets. */
export type OtlpSink = HttpServer & {
  readonly requests: readonly OtlpRequest[];
  /** Only the requests that were accepted, oldest first. */
  readonly accepted: (signal: OtlpRequest['signal']) => readonly OtlpRequest[];
  readonly enqueue: (...steps: readonly OtlpSinkStep[]) => void;
  /** Resolves as soon as the requests fulfil `condition`. Rejects after 10 seconds. */
  readonly waitUntil: (what: string, condition: (requests: readonly OtlpRequest[]) => boolean) => Promise<void>;
};

const signals: Readonly<Record<string, OtlpRequest['signal']>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
  '/v1/metrics': 'metrics',
};

/** Starts a sink; the first requests are answered by `script`, one step each. */
export async function startOtlpSink(options: { readonly script?: readonly OtlpSinkStep[] } = {}): Promise<OtlpSink> {
  const queue: OtlpSinkStep[] = [...(options.script ?? [])];
  const requests: OtlpRequest[] = [];
  const changes = createChanges();
  const server = await startHttpServer((request, response) => {
    const signal = signals[request.path];
    if (signal === undefined || request.method !== 'POST') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`Unknown request: ${request.method} ${request.path}`);
      return;
    }
    const step = queue.shift() ?? { status: 200 };
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(request.body) : request.body;
    requests.push({ ...request, signal, body, wireBody: request.body, ...('status' in step ? { status: step.status } : {}) });
    if ('status' in step) {
      const json = request.headers['content-type']?.startsWith('application/json') === true;
      response.writeHead(step.status, {
        'content-type': json ? 'application/json' : 'application/x-protobuf',
        ...(step.retryAfterSeconds === undefined ? {} : { 'retry-after': String(step.retryAfterSeconds) }),
      });
      // The response message of a full success has no fields: no bytes as protobuf, an empty object as JSON.
      response.end(step.body ?? (json ? '{}' : undefined));
    }
    changes.announce();
  });
  return {
    ...server,
    requests,
    accepted: (signal) =>
      requests.filter((request) => request.signal === signal && request.status !== undefined && request.status < 300),
    enqueue: (...steps) => {
      queue.push(...steps);
    },
    waitUntil: (what, condition) => changes.waitUntil(`OTLP sink: ${what}`, () => condition(requests)),
  };
}
