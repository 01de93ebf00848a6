import { copyFile, readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { createTemporaryFolder } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import type { ServerTls } from '../../../src/config/config.ts';
import { protobuf, startReceiver } from './receiver-under-test.ts';

const file = (name: string): string => new URL(`./tls/${name}`, import.meta.url).pathname;
const tls: ServerTls = { certFile: file('server.pem'), keyFile: file('server.key'), minVersion: 'TLSv1.2' };

type Client = { readonly identity?: string; readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' };

/** Status of a request over a new connection, and the name on the server's certificate. */
async function postOver(
  url: string,
  { identity, maxVersion }: Client = {},
): Promise<{ readonly status: number | undefined; readonly name: unknown }> {
  const ca = await readFile(file('ca.pem'));
  const own =
    identity === undefined ? {} : { cert: await readFile(file(`${identity}.pem`)), key: await readFile(file(`${identity}.key`)) };
  const agent = new Agent({ ca, ...own, ...(maxVersion === undefined ? {} : { maxVersion, minVersion: 'TLSv1' }) });
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/traces`, { method: 'POST', headers: protobuf, agent }, (response) => {
      const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
      response.resume().on('end', () => resolve({ status: response.statusCode, name }));
    });
    sent.on('error', reject).end();
  });
}

test('OTLP-44 speaks TLS, from 1.2 on', async () => {
  await using receiver = await startReceiver({ config: { tls } });
  expect(receiver.url).toMatch(/^https:/);
  expect(await postOver(receiver.url)).toEqual({ status: 200, name: 'server' });
  expect(await postOver(receiver.url, { maxVersion: 'TLSv1.2' })).toEqual({ status: 200, name: 'server' });
  await expect(postOver(receiver.url, { maxVersion: 'TLSv1.1' })).rejects.toThrow();
});

test('OTLP-44 a renewed certificate is used without a restart, a missing one changes nothing', async () => {
  await using folder = await createTemporaryFolder();
  const paths = { certFile: folder.join('cert.pem'), keyFile: folder.join('key.pem') };
  const install = async (name: string): Promise<void> => {
    await copyFile(file(`${name}.pem`), paths.certFile);
    await copyFile(file(`${name}.key`), paths.keyFile);
  };
  await install('server');
  await using receiver = await startReceiver({ config: { tls: { ...tls, ...paths } } });
  expect(await postOver(receiver.url)).toMatchObject({ name: 'server' });
  await install('renewed');
  const use = await receiver.prepareTls();
  use();
  expect(await postOver(receiver.url)).toMatchObject({ name: 'renewed' });
  await folder.remove();
  await expect(receiver.prepareTls()).rejects.toThrow('cannot be read (ENOENT)');
  expect(await postOver(receiver.url)).toMatchObject({ name: 'renewed' });
});

test('a key of another certificate is refused at start, with the field it is named in', async () => {
  await expect(startReceiver({ config: { tls: { ...tls, keyFile: file('client.key') } } })).rejects.toThrow(
    'receivers.otlp.protocols.http.tls: its files cannot be used (key values mismatch); expected PEM files: ',
  );
});

describe('OTLP-45 client certificates', () => {
  const mutual = { ...tls, clientCaFile: file('ca.pem') };
  test('one signed by the authority passes', async () => {
    await using receiver = await startReceiver({ config: { tls: mutual } });
    expect(await postOver(receiver.url, { identity: 'client' })).toMatchObject({ status: 200 });
  });

  test.each([[{}], [{ identity: 'stranger' }]])('%j does not', async (client) => {
    await using receiver = await startReceiver({ config: { tls: mutual } });
    await expect(postOver(receiver.url, client)).rejects.toThrow();
    expect(receiver.taken).toEqual([]);
  });
});
