import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestBodyBytesMax } from '../limits.ts';

/** One request, read to its end. */
export type HttpRequest = {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; values sent twice are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** A real HTTP server on a free loopback port. */
export type HttpServer = AsyncDisposable & {
  /** For example `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection, answered or not, and stops listening. */
  readonly close: () => Promise<void>;
};

/** Starts a server that gives each request, read to its end, to `handle`. An error thrown there answers 500 with its message. */
export async function startHttpServer(
  handle: (request: HttpRequest, response: ServerResponse) => void | Promise<void>,
): Promise<HttpServer> {
  const server = createServer((message, response) => {
    // A client that hangs up is a case under test, not an accident: the response's own `close` event tells who cares.
    response.on('error', () => undefined);
    readRequest(message)
      .then((request) => request && handle(request, response))
      .catch((error: unknown) => answerFault(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${port}`, port, close, [Symbol.asyncDispose]: close };
}

/** The request, or undefined when the client left before it had sent all of it. */
async function readRequest(message: IncomingMessage): Promise<HttpRequest | undefined> {
  const url = new URL(message.url ?? '/', 'http://localhost');
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > requestBodyBytesMax) throw new RangeError(`request body: expected at most ${requestBodyBytesMax} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return undefined;
  }
  return { method: message.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body: Buffer.concat(chunks) };
}

function answerFault(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain' }).end(`fake server: ${error instanceof Error ? error.stack : error}`);
}
