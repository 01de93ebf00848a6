import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { ClientTls } from '../../../src/config/config.ts';
import { readClientTls } from '../../../src/exporters/client-tls.ts';
import { createPost, type Posted } from '../../../src/exporters/otlp-http/post.ts';

const file = (name: string): string => new URL(`../../receivers/otlp-http/tls/${name}`, import.meta.url).pathname;
const trusting: ClientTls = { caFile: file('ca.pem'), insecureSkipVerify: false };

/** What came of a request to a server that, if `mutual`, wants a certificate of the authority. */
async function postWith(tls: ClientTls | undefined, mutual = false): Promise<Posted> {
  const [cert, key, ca] = await Promise.all(['server.pem', 'server.key', 'ca.pem'].map((name) => readFile(file(name))));
  const server = createServer({ cert, key, ...(mutual && { ca, requestCert: true }) }, (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { post, close } = createPost(5_000, await readClientTls(tls, 'otlp_http'));
  const { port } = server.address() as AddressInfo;
  const posted = await post(`https://127.0.0.1:${port}/`, {}, Buffer.from('x'), new AbortController().signal);
  close();
  server.closeAllConnections();
  server.close();
  return posted;
}

describe('OTLP-44 a destination with TLS', () => {
  test('of a configured authority is trusted', async () => {
    expect(await postWith(trusting)).toMatchObject({ kind: 'answered', status: 200 });
  });

  test('of an unknown authority is not, unless told to take any', async () => {
    expect(await postWith(undefined)).toMatchObject({ kind: 'failed', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    expect(await postWith({ insecureSkipVerify: true })).toMatchObject({ kind: 'answered', status: 200 });
  });
});

test('OTLP-45 a client certificate is shown where one is wanted', async () => {
  expect(await postWith(trusting, true)).toMatchObject({ kind: 'failed' });
  const own = { ...trusting, certFile: file('client.pem'), keyFile: file('client.key') };
  expect(await postWith(own, true)).toMatchObject({ kind: 'answered', status: 200 });
});

test.each<[string, Partial<ClientTls>, string]>([
  ['a key of another certificate', { certFile: file('client.pem'), keyFile: file('server.key') }, 'key values mismatch'],
  ['a key in the place of authorities', { caFile: file('server.key') }, 'no start line'],
])('%s is found before a request needs it', async (_, tls, reason) => {
  await expect(readClientTls({ insecureSkipVerify: false, ...tls }, 'otlp_http/a')).rejects.toThrow(
    `exporters.otlp_http/a.tls: its files cannot be used (${reason}); expected PEM files: `,
  );
});

test('a file that is not there is one clear error', async () => {
  await expect(readClientTls({ ...trusting, caFile: '/nowhere/ca.pem' }, 'otlp_http/a')).rejects.toThrow(
    'exporters.otlp_http/a.tls.ca_file: /nowhere/ca.pem cannot be read (ENOENT); check the path and its permissions',
  );
});
