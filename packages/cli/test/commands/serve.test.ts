import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { openLedgerReader } from '@costspan/collector-processor';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chatRequest } from './chat-request.ts';
import { type RunningCommand, runCommand, startCommand } from './start-command.ts';

let folder: TemporaryFolder;
const running: RunningCommand[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  for (const command of running.splice(0)) command.process.kill('SIGKILL');
  await folder.remove();
});

/** `costspan serve` that takes requests, and where. */
async function serve(...args: readonly string[]): Promise<{ readonly command: RunningCommand; readonly url: string }> {
  const command = startCommand(['serve', ...args], folder.path);
  running.push(command);
  const [, line = '{}'] = await command.untilPrinted(/^(.+)\n/);
  return { command, url: JSON.parse(line).url };
}

async function send(url: string, body: string): Promise<number> {
  const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return response.status;
}

/** Total of each work item in the ledger file, in pico units. */
function totals(file = 'costspan.db'): Readonly<Record<string, bigint>> {
  const reader = openLedgerReader(folder.join(file));
  const found = Object.fromEntries([...reader.records()].map(({ item, totalPico }) => [item.id, totalPico]));
  reader.close();
  return found;
}

describe('without a configuration', () => {
  test('listens on loopback, keeps its ledger beside, says where, and stops when told to', async () => {
    const { command, url } = await serve('--endpoint', '127.0.0.1:0');
    expect(JSON.parse(command.stdout())).toEqual({
      event: 'listening',
      url,
      port: Number(new URL(url).port),
      ledger: './costspan.db',
    });
    expect(await send(url, chatRequest(1, 'T-1'))).toBe(200);
    command.process.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(totals()).toEqual({ 'T-1': 2_250_000_000n });
    const messages = command
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message);
    expect(messages).toEqual(['listening', 'stopping', 'stopped']);
  });

  test('another ledger file can be named', async () => {
    const { command, url } = await serve('--endpoint', '127.0.0.1:0', '--ledger', 'mine.db');
    await send(url, chatRequest(1, 'T-1'));
    command.process.kill('SIGINT');
    expect(await command.ended).toBe(0);
    expect(totals('mine.db')).toEqual({ 'T-1': 2_250_000_000n });
  });
});

test('says what it gave up when it is stopped while a destination is away', async () => {
  await writeFile(
    folder.join('costspan.yaml'),
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { otlp_http/away: { endpoint: "http://127.0.0.1:9", required: false } }
service: { traces: { exporters: [otlp_http/away] }, shutdown_timeout: 1s }
`,
  );
  const { command, url } = await serve('--config', 'costspan.yaml');
  expect(await send(url, chatRequest(1, 'T-1'))).toBe(200);
  command.process.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  const lines = command
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.slice(-3)).toMatchObject([
    { message: 'stopping', signal: 'SIGTERM' },
    { level: 'warn', message: 'given up at shutdown: not sent in time', exporter: 'otlp_http/away', items: 1 },
    { message: 'stopped' },
  ]);
});

test('OTLP-39 killed after its answer and started again, it has what it answered for, and counts nothing twice', async () => {
  const first = await serve('--endpoint', '127.0.0.1:0');
  for (const number of [1, 2, 3]) expect(await send(first.url, chatRequest(number, 'T-1'))).toBe(200);
  first.command.process.kill('SIGKILL');
  await first.command.ended;
  const second = await serve('--endpoint', '127.0.0.1:0');
  for (const number of [2, 3, 4]) expect(await send(second.url, chatRequest(number, 'T-1'))).toBe(200);
  second.command.process.kill('SIGTERM');
  expect(await second.command.ended).toBe(0);
  expect(totals()).toEqual({ 'T-1': 4n * 2_250_000_000n });
});

/** A book in which a thousand input tokens cost this much. */
const book = (amount: string): string => `book: mine
version: 2026-01-01
currency: USD
prices:
  - { id: in, provider: openai, match: { exact: gpt-5 }, unit: input_text_tokens, amount: ${amount}, per: "1000", status: contract }
  - { id: out, provider: openai, match: { exact: gpt-5 }, unit: output_text_tokens, amount: "0", per: "1000", status: contract }
`;

test('reads a price book again when the ConfigMap it is mounted from changes, and keeps the old one when the new one is bad', async () => {
  /** As a kubelet does it: the files of a version in a folder of their own, and a link to the folder replaced at once. */
  const mount = async (version: string, text: string): Promise<void> => {
    await mkdir(folder.join(version));
    await writeFile(folder.join(`${version}/book.yaml`), text);
    await symlink(version, folder.join('..data_tmp'));
    await rename(folder.join('..data_tmp'), folder.join('..data'));
  };
  await mount('..v1', book('"1"'));
  await symlink('..data/book.yaml', folder.join('book.yaml'));
  const config = 'pricing: {books: [book.yaml], catalog: false}\nservice: {watch_files: 50ms}\n';
  await writeFile(folder.join('costspan.yaml'), config);
  const { command, url } = await serve('--config', 'costspan.yaml', '--endpoint', '127.0.0.1:0');
  await send(url, chatRequest(1, 'T-1'));
  await mount('..v2', book('"2"'));
  const wait = { timeout: 10_000 };
  await expect.poll(command.stderr, wait).toContain('price books or certificates changed and were read again');
  await send(url, chatRequest(2, 'T-2'));
  await mount('..v3', book('3'));
  await expect.poll(command.stderr, wait).toContain('cannot be used; the old ones stay in use');
  expect(command.stderr()).toMatch(/book\.yaml:5:\d+: prices\[0\]\.amount/);
  await send(url, chatRequest(3, 'T-3'));
  await mount('..v4', book('"4"'));
  await expect.poll(() => command.stderr().match(/were read again/g)?.length, wait).toBe(2);
  await send(url, chatRequest(4, 'T-4'));
  expect(command.stderr().match(/stay in use/g)).toHaveLength(1);
  command.process.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  const whole = 10n ** 12n;
  expect(totals()).toEqual({ 'T-1': whole, 'T-2': 2n * whole, 'T-3': 2n * whole, 'T-4': 4n * whole });
}, 30_000);

test('reads its price books again on SIGHUP, and keeps the old ones when the new ones are bad', async () => {
  await writeFile(folder.join('book.yaml'), book('"1"'));
  await writeFile(folder.join('costspan.yaml'), 'pricing: {books: [book.yaml], catalog: false}\n');
  const { command, url } = await serve('--config', 'costspan.yaml', '--endpoint', '127.0.0.1:0');
  await send(url, chatRequest(1, 'T-1'));
  await writeFile(folder.join('book.yaml'), book('"2"'));
  command.process.kill('SIGHUP');
  await expect.poll(command.stderr).toContain('price books and certificates were read again');
  await send(url, chatRequest(2, 'T-2'));
  await writeFile(folder.join('book.yaml'), book('3'));
  command.process.kill('SIGHUP');
  await expect.poll(command.stderr).toContain('nothing was reloaded');
  expect(command.stderr()).toMatch(/book\.yaml:5:\d+: prices\[0\]\.amount/);
  await send(url, chatRequest(3, 'T-3'));
  // Who watches sees the age of what prices are made with; the log has said it once and does not repeat it with every span.
  const pages = await (await fetch(`${url}/metrics`)).text();
  const age = Number(/^costspan_price_book_age_seconds (\d+)/m.exec(pages)?.[1]);
  expect(Math.abs(age - (Date.now() - Date.parse('2026-01-01')) / 1_000)).toBeLessThan(60);
  expect(command.stderr().match(/nothing was reloaded/g)).toHaveLength(1);
  command.process.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  expect(totals()).toEqual({ 'T-1': 10n ** 12n, 'T-2': 2n * 10n ** 12n, 'T-3': 2n * 10n ** 12n });
});

describe('one clear error each', () => {
  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const result = await runCommand(['serve', '--endpoint', `127.0.0.1:${port}`], folder.path);
    other.close();
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `receivers.otlp.protocols.http.endpoint: 127.0.0.1:${port} cannot be listened on (EADDRINUSE): another program listens there; stop it, or choose another port\n`,
    });
  });

  test('a configuration that is not there', async () => {
    expect(await runCommand(['serve', '--config', 'missing.yaml'], folder.path)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'missing.yaml: the configuration cannot be read (ENOENT); check the path, or write a first file with: costspan config init\n',
    });
  });

  test('a configuration with problems lists them all', async () => {
    await writeFile(folder.join('costspan.yaml'), 'records: {interval: 10}\nledgr: off\n');
    expect(await runCommand(['serve', '-c', 'costspan.yaml'], folder.path)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'costspan.yaml:1:21: records.interval: expected a duration such as "30s" or "1h30m", found 10\ncostspan.yaml:2:1: ledgr: unknown key; did you mean ledger?\n',
    });
  });

  test('a ledger file that is something else', async () => {
    await writeFile(
      folder.join('notes.db'),
      'my notes, which are no database at all and long enough to look like one'.repeat(20),
    );
    const { code, stdout, stderr } = await runCommand(
      ['serve', '--endpoint', '127.0.0.1:0', '--ledger', 'notes.db'],
      folder.path,
    );
    expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, stdout: '', lines: 1 });
    expect(stderr).toContain('notes.db');
  });

  test.each<[string, readonly string[], string]>([
    ['a flag that does not exist', ['serve', '--prot', '1'], "unknown option '--prot'"],
    [
      'threads that are none',
      ['serve', '--workers', '0'],
      "option '--workers <number>' argument '0' is invalid. Expected a whole number from 1 to 64.",
    ],
    [
      'a day that is none, seen only beside the time zone',
      ['report', '--from', 'yesterday'],
      '--from: expected a day like 2026-06-01 or a time like 2026-06-01T14:30, found "yesterday"',
    ],
  ])('%s is wrong usage', async (_, args, message) => {
    expect(await runCommand(args, folder.path)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${message}\nTry \`costspan --help\`.\n`,
    });
  });
});
