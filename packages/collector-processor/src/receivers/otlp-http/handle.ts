import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Encoding } from '../../ingest.ts';
import { inFlightRequestsMax, overloadRetryAfterMs, refusedLingerMs } from '../../limits.ts';
import { describeFault } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import { type ContentCoding, inflate } from '../inflate.ts';
import { type Answer, answerTo, type Refusal, refuse } from './answer.ts';
import { createCorsHeaders } from './cors.ts';
import type { OtlpHttpReceiverOptions, Page } from './options.ts';
import { readBody } from './read-body.ts';

/** Answers requests, and waits for those under way. */
export type Handler = {
  /** Answers one request. `askForBody` is given when the client waits for leave to send its body. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, askForBody?: () => void) => Promise<void>;
  /** From now on new requests are refused; resolves when those under way are answered. */
  readonly drain: () => Promise<void>;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly askForBody?: (() => void) | undefined;
};
type Export = { readonly signal: Signal; readonly encoding: Encoding };
type Body = { readonly kind: 'body'; readonly body: Buffer; readonly heldBytes: number };
type Refused = { readonly kind: 'refused'; readonly refusal: Refusal };

const overloaded: Refusal = {
  status: 503,
  message: 'too much is under way here; send it again after the delay',
  retryAfterMs: overloadRetryAfterMs,
};

/** Creates the handler of a receiver. */
export function createHandle(options: OtlpHttpReceiverOptions): Handler {
  const { config, codec, clock, metrics } = options;
  const signals = new Map<string, Signal>(
    (['traces', 'logs', 'metrics'] as const).map((signal) => [config.paths[signal], signal]),
  );
  const corsHeaders = config.cors === undefined ? () => ({}) : createCorsHeaders(config.cors);
  // All that is not answered yet, and of that what has arrived whole: a slow sender takes no place from the others.
  let underWay = 0;
  let workedOn = 0;
  let drained: (() => void) | undefined;

  const take = async ({ request, response, askForBody }: Exchange, target: Export): Promise<Answer | undefined> => {
    const draining = drained !== undefined;
    const early = refuseEarly(request, draining, options);
    if (early !== undefined) return refuse(early, target.encoding, codec);
    const authentication = options.authenticate(request.headers);
    if (authentication.kind === 'refused') {
      const refusal = { status: 401, message: authentication.message, headers: { 'www-authenticate': 'Bearer' } };
      return refuse(refusal, target.encoding, codec);
    }
    underWay += 1;
    const gone = new AbortController();
    // Closed before it was answered: the client has left.
    response.once('close', () => gone.abort());
    let heldBytes = 0;
    try {
      askForBody?.();
      const received = await receiveBody(request, options);
      if (received === undefined) return undefined;
      if (received.kind === 'refused') return refuse(received.refusal, target.encoding, codec);
      heldBytes = received.heldBytes;
      if (workedOn >= inFlightRequestsMax) return refuse(overloaded, target.encoding, codec);
      metrics.received(target.signal, received.body.length);
      workedOn += 1;
      const sent = { ...target, body: received.body, sender: authentication.sender, abort: gone.signal };
      const delivery = await options.ingest(sent).finally(() => {
        workedOn -= 1;
      });
      return answerTo(delivery, target.signal, target.encoding, codec);
    } finally {
      options.allowance.giveBack(heldBytes);
      underWay -= 1;
      if (underWay === 0) drained?.();
    }
  };

  /** A fault of ours is not the sender's: it keeps its data and may try again. */
  const takeOrExcuse = async (exchange: Exchange, target: Export): Promise<Answer | undefined> => {
    try {
      return await take(exchange, target);
    } catch (error) {
      options.logger.error('internal fault while taking a request', { signal: target.signal, fault: describeFault(error) });
      return refuse({ ...overloaded, message: 'internal fault; send it again after the delay' }, target.encoding, codec);
    }
  };

  const handle: Handler['handle'] = async (request, response, askForBody) => {
    const startedMs = clock.nowMs();
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const page = options.pages[path];
    if (page !== undefined && (request.method === 'GET' || request.method === 'HEAD')) return servePage(request, response, page);
    const signal = signals.get(path);
    const cors = corsHeaders(request.headers.origin, request.method === 'OPTIONS');
    const target = chooseTarget(request, path, signal, config.cors !== undefined);
    const answer =
      'status' in target
        ? target.status === 204
          ? { status: 204, headers: {}, body: new Uint8Array() }
          : refuse(target, encodingOf(request) ?? 'json', codec)
        : await takeOrExcuse({ request, response, askForBody }, target);
    if (answer !== undefined) send(request, response, answer, cors, drained !== undefined);
    if (signal !== undefined && answer !== undefined) metrics.requestAnswered(signal, answer.status, clock.nowMs() - startedMs);
  };

  return {
    handle,
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        if (underWay === 0) resolve();
      }),
  };
}

/** The export a request asks for, or the refusal of anything else; 204 is the answer to a browser's preflight. */
function chooseTarget(request: IncomingMessage, path: string, signal: Signal | undefined, hasCors: boolean): Export | Refusal {
  if (signal === undefined) {
    return { status: 404, message: `no such path: ${path}; OTLP goes to /v1/traces, /v1/logs and /v1/metrics` };
  }
  if (request.method === 'OPTIONS' && hasCors) return { status: 204, message: '' };
  if (request.method !== 'POST') {
    return { status: 405, message: `${request.method} is not taken here; use POST`, headers: { allow: 'POST' } };
  }
  const encoding = encodingOf(request);
  if (encoding !== undefined) return { signal, encoding };
  return {
    status: 415,
    message: `content-type ${request.headers['content-type'] ?? '(none)'} is not taken; use application/x-protobuf or application/json`,
  };
}

/** Refuses what need not be read to be refused. */
function refuseEarly(
  request: IncomingMessage,
  draining: boolean,
  { config, allowance }: OtlpHttpReceiverOptions,
): Refusal | undefined {
  if (draining)
    return { ...overloaded, message: 'shutting down; send it again after the delay', headers: { connection: 'close' } };
  if (codingOf(request) === undefined) {
    return {
      status: 415,
      message: `content-encoding ${request.headers['content-encoding']} is not taken; use gzip, deflate, zstd or none`,
      headers: { 'accept-encoding': 'gzip, deflate, zstd' },
    };
  }
  if (Number(request.headers['content-length'] ?? 0) > config.requestBytesMax) return tooLarge(config.requestBytesMax);
  return allowance.admits() ? undefined : overloaded;
}

/** The body, unpacked, with the bytes it holds of the allowance; undefined when the client has gone. */
async function receiveBody(request: IncomingMessage, options: OtlpHttpReceiverOptions): Promise<Body | Refused | undefined> {
  const { config, allowance } = options;
  const read = await readBody(request, config.requestBytesMax, allowance);
  if (read.kind === 'gone') return undefined;
  if (read.kind !== 'ok') return refused(read.kind, config.requestBytesMax);
  const coding = codingOf(request);
  if (coding === undefined || coding === 'identity') return { kind: 'body', body: read.body, heldBytes: read.body.length };
  const unpacked = await inflate(read.body, coding, config.requestBytesMax, allowance);
  allowance.giveBack(read.body.length);
  if (unpacked.kind === 'ok') return { kind: 'body', body: unpacked.body, heldBytes: unpacked.body.length };
  if (unpacked.kind !== 'corrupt') return refused(unpacked.kind, config.requestBytesMax);
  return { kind: 'refused', refusal: { status: 400, message: `the body is not valid ${coding}: ${unpacked.problem}` } };
}

function refused(kind: 'too-large' | 'no-memory', bytesMax: number): Refused {
  return { kind: 'refused', refusal: kind === 'too-large' ? tooLarge(bytesMax) : overloaded };
}

function tooLarge(bytesMax: number): Refusal {
  return { status: 413, message: `the request is larger than ${bytesMax} bytes after decompression; send smaller batches` };
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-protobuf' ? 'protobuf' : type === 'application/json' ? 'json' : undefined;
}

function codingOf(request: IncomingMessage): ContentCoding | 'identity' | undefined {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return 'identity';
  return coding === 'gzip' || coding === 'deflate' || coding === 'zstd' ? coding : undefined;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  cors: Readonly<Record<string, string>>,
  draining: boolean,
): void {
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    ...cors,
    ...(answer.status === 204 ? {} : { 'content-length': answer.body.length }),
    ...(draining ? { connection: 'close' } : {}),
  });
  response.end(answer.body);
  if (request.complete) return;
  // Refused before all of it arrived: the client gets time to read the answer and stop, then the connection goes.
  request.resume();
  const linger = setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, refusedLingerMs);
  linger.unref();
  request.once('end', () => clearTimeout(linger));
}

async function servePage(request: IncomingMessage, response: ServerResponse, page: Page): Promise<void> {
  const { status, contentType, body } = await page();
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}
