import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Encoding } from '../../ingest.ts';
import { inFlightRequestsMax, refusedLingerMs } from '../../limits.ts';
import { describeFault } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { SenderContext } from '../../stages/meter.ts';
import { type Answer, answerTo, type Refusal, refuse } from './answer.ts';
import { createCorsHeaders } from './cors.ts';
import type { OtlpHttpReceiverOptions, Page } from './options.ts';
import { overloaded, receiveBody, refuseEarly } from './receive-body.ts';

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

/** What is done with the body of a request once it has arrived. */
type Target = {
  /** For the log. */
  readonly what: string;
  /** Of refusals. */
  readonly encoding: Encoding;
  readonly work: (body: Buffer, sender: SenderContext, abort: AbortSignal) => Promise<Answer>;
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

  const take = async ({ request, response, askForBody }: Exchange, { encoding, work }: Target): Promise<Answer | undefined> => {
    const draining = drained !== undefined;
    const early = refuseEarly(request, draining, options);
    if (early !== undefined) return refuse(early, encoding, codec);
    const authentication = options.authenticate(request.headers);
    if (authentication.kind === 'refused') {
      const refusal = { status: 401, message: authentication.message, headers: { 'www-authenticate': 'Bearer' } };
      return refuse(refusal, encoding, codec);
    }
    if (authentication.kind === 'limited') return refuse({ ...authentication, status: 429 }, encoding, codec);
    underWay += 1;
    const gone = new AbortController();
    // Closed before it was answered: the client has left.
    response.once('close', () => gone.abort());
    let heldBytes = 0;
    try {
      askForBody?.();
      const received = await receiveBody(request, options);
      if (received === undefined) return undefined;
      if (received.kind === 'refused') return refuse(received.refusal, encoding, codec);
      heldBytes = received.heldBytes;
      if (workedOn >= inFlightRequestsMax) return refuse(overloaded, encoding, codec);
      workedOn += 1;
      return await work(received.body, authentication.sender, gone.signal).finally(() => {
        workedOn -= 1;
      });
    } finally {
      options.allowance.giveBack(heldBytes);
      underWay -= 1;
      if (underWay === 0) drained?.();
    }
  };

  /** A fault of ours is not the sender's: it keeps its data and may try again. */
  const takeOrExcuse = async (exchange: Exchange, target: Target): Promise<Answer | undefined> => {
    try {
      return await take(exchange, target);
    } catch (error) {
      options.logger.error('internal fault while taking a request', { what: target.what, fault: describeFault(error) });
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
    const target = apiTarget(request, path, options) ?? chooseTarget(request, path, signal, options);
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
function chooseTarget(
  request: IncomingMessage,
  path: string,
  signal: Signal | undefined,
  options: OtlpHttpReceiverOptions,
): Target | Refusal {
  if (signal === undefined) {
    return { status: 404, message: `no such path: ${path}; OTLP goes to /v1/traces, /v1/logs and /v1/metrics` };
  }
  if (request.method === 'OPTIONS' && options.config.cors !== undefined) return { status: 204, message: '' };
  if (request.method !== 'POST') {
    return { status: 405, message: `${request.method} is not taken here; use POST`, headers: { allow: 'POST' } };
  }
  const encoding = encodingOf(request);
  if (encoding !== undefined) return exportTarget(signal, encoding, options);
  return {
    status: 415,
    message: `content-type ${request.headers['content-type'] ?? '(none)'} is not taken; use application/x-protobuf or application/json`,
  };
}

function exportTarget(signal: Signal, encoding: Encoding, { ingest, metrics, codec }: OtlpHttpReceiverOptions): Target {
  return {
    what: signal,
    encoding,
    work: async (body, sender, abort) => {
      metrics.received(signal, body.length);
      return answerTo(await ingest({ signal, encoding, body, sender, abort }), signal, encoding, codec);
    },
  };
}

/** What of the API a request asks for; undefined where the path is none of it. */
function apiTarget(request: IncomingMessage, path: string, { api }: OtlpHttpReceiverOptions): Target | Refusal | undefined {
  const method = api?.methodOf(path);
  if (api === undefined || method === undefined) return undefined;
  if (request.method !== method) {
    return { status: 405, message: `${request.method} is not taken here; use ${method}`, headers: { allow: method } };
  }
  return {
    what: path.split('/', 3).join('/'),
    encoding: 'json',
    work: async (body, sender, abort) => {
      const query = new URLSearchParams((request.url ?? '').split('?').slice(1).join('?'));
      const { status, headers, json, text } = await api.answer({ path, query, headers: request.headers, body, sender, abort });
      return {
        status,
        headers: { 'content-type': 'application/json', ...headers },
        body: Buffer.from(text ?? (json === undefined ? '' : JSON.stringify(json))),
      };
    },
  };
}

function encodingOf(request: IncomingMessage): Encoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-protobuf' ? 'protobuf' : type === 'application/json' ? 'json' : undefined;
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
