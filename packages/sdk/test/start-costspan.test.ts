import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startOtlpSink } from '@costspan/testkit';
import { expect, test, vi } from 'vitest';
import { type StartOptions, startCostspan } from '../src/index.ts';

const run = promisify(execFile);

const runScript = async (name: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const script = fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
  const { stdout, stderr } = await run(process.execPath, ['--conditions=costspan-source', script], {
    env: { ...process.env, ...env },
  });
  return stdout + stderr;
};

test.each(['COSTSPAN_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'])(
  'a script that just ends has sent its spans to %s',
  async (variable) => {
    await using sink = await startOtlpSink();
    expect(await runScript('short-script.ts', { [variable]: sink.url })).toBe('3\n');
    const text = sink
      .accepted('traces')
      .map(({ body }) => body.toString('utf8'))
      .join('');
    expect(text).toContain('"name":"execute_tool add"');
    expect(text).toContain('"name":"work_item ticket"');
    expect(text).toContain('{"key":"service.name","value":{"stringValue":"short-script"}}');
    expect(sink.requests.every(({ signal }) => signal === 'traces')).toBe(true);
  },
);

test('an endpoint that is down neither fails the script nor keeps it from ending', async () => {
  const sink = await startOtlpSink();
  await sink.close();
  const said = `costspan: export to ${sink.url}: spans that could not be sent: 2 (connect ECONNREFUSED ${new URL(sink.url).host}); their cost is in no record: check that the processor runs there\n`;
  expect(await runScript('short-script.ts', { COSTSPAN_ENDPOINT: sink.url })).toBe(`3\n${said}`);
});

test.each<[object, string]>([
  [{ serviceName: 7 }, 'startCostspan: serviceName: expected a name, found 7; give a string, or leave it out'],
  [
    { endpoint: 'nowhere' },
    'startCostspan: endpoint: expected the base URL of an OTLP/HTTP receiver, found a string of 7 characters; ',
  ],
  [{ endpont: 'x' }, 'startCostspan: endpont: unknown field; known fields are serviceName, sdk, endpoint, '],
  [{ sdk: 3 }, 'startCostspan: sdk: expected a configuration of NodeSDK, found 3; '],
])('%j is refused', (options, message) => {
  expect(() => startCostspan(options as StartOptions)).toThrow(message);
});

test('an endpoint of the environment is refused by the name of its variable, and none is set by an empty one', () => {
  vi.stubEnv('COSTSPAN_ENDPOINT', '');
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318');
  expect(() => startCostspan()).toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT: expected the base URL of an OTLP/HTTP receiver, found a string of 14 characters; write it like http://localhost:4318',
  );
  vi.unstubAllEnvs();
});
