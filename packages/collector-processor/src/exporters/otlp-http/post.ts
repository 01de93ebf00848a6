import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as TlsAgent } from 'node:https';
import { destinationConnectionsMax, responseBytesMax } from '../../limits.ts';
import type { ClientTlsOptions } from '../client-tls.ts';

/** What came back from one attempt. */
export type Posted =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly retryAfter?: string;
      readonly body: Buffer;
    }
  | { readonly kind: 'oversized'; readonly status: number }
  /** No answer. `code` is that of Node or `timeout`; it never quotes what was sent. */
  | { readonly kind: 'failed'; readonly code: string };

/** One attempt to send a body. Never rejects. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  abort: AbortSignal,
) => Promise<Posted>;

/** Creates a sender with its own kept-alive connections; `close` ends them. */
export function createPost(timeoutMs: number, tls: ClientTlsOptions): { readonly post: Post; readonly close: () => void } {
  const keep = { keepAlive: true, maxSockets: destinationConnectionsMax };
  const agents = { 'http:': new Agent(keep), 'https:': new TlsAgent({ ...keep, ...tls }) };

  const attempt: Post = (url, headers, body, abort) =>
    new Promise((resolve) => {
      if (abort.aborted) return resolve({ kind: 'failed', code: 'aborted' });
      const target = new URL(url);
      const options = { method: 'POST', headers: { ...headers, 'content-length': body.length } };
      const request =
        target.protocol === 'https:'
          ? requestHttps(target, { ...options, agent: agents['https:'] })
          : requestHttp(target, { ...options, agent: agents['http:'] });
      let outcome: Posted | undefined;
      let isReading = false;
      let isClosed = false;
      const settle = (posted: Posted): void => {
        clearTimeout(timer);
        abort.removeEventListener('abort', onAbort);
        resolve(posted);
      };
      /** Settles once the connection is closed: until then it may still read the body, whose memory is used again. */
      const end = (posted: Posted): void => {
        outcome ??= posted;
        if (isClosed) settle(outcome);
        else request.destroy();
      };
      const cut = (code: string): void => end({ kind: 'failed', code });
      const onAbort = (): void => cut('aborted');
      const timer = setTimeout(() => cut('timeout'), timeoutMs);
      abort.addEventListener('abort', onAbort);
      request.on('response', (response) => {
        isReading = true;
        void readAnswer(response).then((posted) => {
          isReading = false;
          if (outcome === undefined && posted.kind === 'answered' && request.writableFinished) settle(posted);
          else end(posted);
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The destination closed a kept-alive connection just as it was used again: it has not seen the request.
        const stale = request.reusedSocket && error.code === 'ECONNRESET';
        outcome ??= { kind: 'failed', code: stale ? 'stale-connection' : (error.code ?? error.name) };
      });
      request.on('close', () => {
        isClosed = true;
        // An answer that is still being read decides.
        if (!isReading || outcome !== undefined) settle(outcome ?? { kind: 'failed', code: 'ECONNRESET' });
      });
      request.end(body);
    });

  return {
    post: async (...given) => {
      const posted = await attempt(...given);
      return posted.kind === 'failed' && posted.code === 'stale-connection' ? attempt(...given) : posted;
    },
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

function readAnswer(response: IncomingMessage): Promise<Posted> {
  const status = response.statusCode ?? 0;
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    response.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > responseBytesMax) resolve({ kind: 'oversized', status });
      else pieces.push(piece);
    });
    response.on('end', () => {
      const retryAfter = response.headers['retry-after'];
      resolve({
        kind: 'answered',
        status,
        contentType: response.headers['content-type'] ?? '',
        ...(retryAfter === undefined ? {} : { retryAfter }),
        body: Buffer.concat(pieces),
      });
    });
    response.on('error', (error: NodeJS.ErrnoException) => resolve({ kind: 'failed', code: error.code ?? error.name }));
    response.on('close', () => resolve({ kind: 'failed', code: 'ECONNRESET' }));
  });
}
