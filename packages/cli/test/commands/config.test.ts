import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './start-command.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

test('check finds a SKU of telemetry that no book has a price of, as the service does before it starts', async () => {
  await writeFile(folder.join('c.yaml'), 'pricing: { telemetry: { sku: grafana-cloud/trace } }\n');
  const problem =
    'pricing.telemetry.sku: expected a SKU with a price per telemetry_gb or telemetry_spans, found "grafana-cloud/trace", of which no price book has one; add a row to a book in pricing.books, or name one of the catalog such as "grafana-cloud/traces"\n';
  const checked = await runCommand(['config', 'check', 'c.yaml'], folder.path);
  expect(checked).toEqual({ code: 1, stdout: '', stderr: `c.yaml: ${problem}` });
  const served = await runCommand(['serve', '--config', 'c.yaml'], folder.path);
  expect(served).toMatchObject({ code: 1, stdout: '' });
  expect(served.stderr).toContain(problem);
});

test('init writes a file that check finds nothing wrong with, and never writes over one', async () => {
  expect(await runCommand(['config', 'init'], folder.path)).toEqual({
    code: 0,
    stdout: 'costspan.yaml: written; check it with: costspan config check costspan.yaml\n',
    stderr: '',
  });
  expect(await runCommand(['config', 'check', 'costspan.yaml'], folder.path)).toEqual({
    code: 0,
    stdout: 'costspan.yaml: no problems\n',
    stderr: '',
  });
  await writeFile(folder.join('costspan.yaml'), 'ledger: off\n');
  expect(await runCommand(['config', 'init'], folder.path)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'costspan.yaml: cannot be written (EEXIST): it exists; choose another name, or remove it first\n',
  });
  expect(await readFile(folder.join('costspan.yaml'), 'utf8')).toBe('ledger: off\n');
});

test.each([[[]], [['--topology', 'inline-hop']]])(
  'init writes a pair of files with a Collector %j that check finds nothing wrong with, or neither',
  async (flags) => {
    const init = ['config', 'init', '--collector', 'otel.yaml', ...flags];
    expect(await runCommand(init, folder.path)).toEqual({
      code: 0,
      stdout:
        'costspan.yaml and otel.yaml: written; check them with: costspan config check costspan.yaml --collector otel.yaml\n',
      stderr: '',
    });
    expect(await runCommand(['config', 'check', 'costspan.yaml', '--collector', 'otel.yaml'], folder.path)).toEqual({
      code: 0,
      stdout:
        'costspan.yaml: no problems\notel.yaml: cost is taken before sampling and kept while Costspan is away (otlp_http/costspan)\n',
      stderr: '',
    });
    await rm(folder.join('costspan.yaml'));
    expect(await runCommand(init, folder.path)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'otel.yaml: cannot be written (EEXIST): it exists; choose another name, or remove it first\n',
    });
    expect(await readdir(folder.path)).toEqual(['otel.yaml']);
  },
);

test('check names what to change in a Collector, with its place', async () => {
  const file = `exporters: {otlp_http/costspan: {endpoint: "http://costs:4318", retry_on_failure: {max_elapsed_time: 1h}}}
service: {pipelines: {traces: {receivers: [otlp], processors: [tail_sampling], exporters: [otlp_http/costspan]}}}
`;
  await writeFile(folder.join('otel.yaml'), file);
  expect(await runCommand(['config', 'check', '--collector', 'otel.yaml'], folder.path)).toEqual({
    code: 1,
    stdout: '',
    stderr: [
      'otel.yaml:1:13: exporters.otlp_http/costspan.sending_queue.storage: expected a storage extension, found a queue in memory, which ends with the Collector; add the extension `file_storage` and `storage: file_storage`',
      'otel.yaml:1:84: exporters.otlp_http/costspan.retry_on_failure.max_elapsed_time: expected "0s" (never give up), found "1h"; when Costspan is away for longer, what waits is dropped',
      'otel.yaml:2:64: service.pipelines.traces.processors.0: tail_sampling comes before Costspan: what it leaves out would have no cost; move it into a pipeline of its own, beside or behind Costspan',
      '',
    ].join('\n'),
  });
  expect((await runCommand(['config', 'check', '--collector', 'missing.yaml'], folder.path)).stderr).toBe(
    'missing.yaml: cannot be read (ENOENT); check the path and its permissions\n',
  );
  expect((await runCommand(['config', 'check'], folder.path)).stderr).toBe(
    'config check: expected a configuration file, --collector or both, found neither\n',
  );
});

test('check lists every problem and every warning, with secrets left out', async () => {
  const lines = [
    'exporters:',
    `  otlp_http/a: {endpoint: "http://h", headers: {authorization: "\${env:TOKEN}"}, timeout: 3}`,
    '  file/b: {path: b.jsonl}',
  ];
  await writeFile(folder.join('bad.yaml'), lines.join('\n'));
  const result = await runCommand(['config', 'check', 'bad.yaml'], folder.path, { TOKEN: 's3cret' });
  expect(result).toEqual({
    code: 1,
    stdout: '',
    stderr: 'bad.yaml:2:90: exporters.otlp_http/a.timeout: expected a duration such as "30s" or "1h30m", found 3\n',
  });
  await writeFile(folder.join('bad.yaml'), lines.join('\n').replace('timeout: 3', 'timeout: 3s'));
  const { code, stderr } = await runCommand(['config', 'check', 'bad.yaml'], folder.path, { TOKEN: 's3cret' });
  expect([code, stderr.trim().split('\n').length]).toEqual([0, 2]);
  expect(stderr).toContain('bad.yaml: warning: exporters.file/b: defined but used by no signal and no records');
});

test('check looks into the price books too', async () => {
  await writeFile(folder.join('costspan.yaml'), 'pricing: {books: [missing.yaml, bad.yaml]}\n');
  await writeFile(folder.join('bad.yaml'), 'book: mine\nversion: 2026-01-01\ncurrency: USD\nprices: 7\n');
  const { code, stdout, stderr } = await runCommand(['config', 'check', 'costspan.yaml'], folder.path);
  expect([
    code,
    stdout,
    stderr
      .trim()
      .split('\n')
      .map((line) => line.split(':', 2).join(':')),
  ]).toEqual([1, '', ['missing.yaml:1', 'bad.yaml:4']]);
});

test('check looks at the file of dimensions too', async () => {
  await writeFile(folder.join('costspan.yaml'), 'work_items: {dimensions_from: teams.yaml}\n');
  expect(await runCommand(['config', 'check', 'costspan.yaml'], folder.path)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'teams.yaml: cannot be read (ENOENT); work_items.dimensions_from names it\n',
  });
});

test('check looks at the files of TLS too', async () => {
  const tls = 'receivers: {otlp: {protocols: {grpc: {tls: {cert_file: /nowhere.pem, key_file: /nowhere.key}}}}}\n';
  await writeFile(folder.join('tls.yaml'), tls);
  expect(await runCommand(['config', 'check', 'tls.yaml'], folder.path)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'receivers.otlp.protocols.grpc.tls.cert_file: /nowhere.pem cannot be read (ENOENT); check the path and its permissions\n',
  });
});

test('check warns once of a currency that the default books have no rate into', async () => {
  await writeFile(folder.join('euros.yaml'), 'pricing: {currency: EUR}\n');
  expect(await runCommand(['config', 'check', 'euros.yaml'], folder.path)).toEqual({
    code: 0,
    stdout: 'euros.yaml: no problems\n',
    stderr:
      '(default books):1:1: currency: prices in USD have no rate into EUR and stay unpriced: no-fx; add fx rows from USD to EUR (warning)\n',
  });
});

test('schema is JSON Schema on standard output', async () => {
  const { code, stdout } = await runCommand(['config', 'schema'], folder.path);
  expect([code, Object.keys(JSON.parse(stdout).properties)]).toEqual([
    0,
    ['receivers', 'exporters', 'tenants', 'trust', 'work_items', 'pricing', 'handoffs', 'ledger', 'records', 'service'],
  ]);
});
