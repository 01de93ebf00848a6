import { startOtlpSink } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { expect, test, vi } from 'vitest';
import { createExportHealth } from '../../src/spans/export-health.ts';
import { measure } from '../support/measure.ts';

const LOSS = 'their cost is in no record: check that the processor runs there';

test('the first loss is said at once, later ones once a minute with all that was lost', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const health = createExportHealth(
    'http://host:4318',
    (line) => lines.push(line),
    () => nowMs,
  );
  health.exported(3);
  health.failed(2, new Error('connect\nECONNREFUSED'));
  health.failed(5, new Error('late'));
  health.dropped();
  nowMs = 60_000;
  health.failed(1, undefined);
  expect(lines).toEqual([
    `costspan: export to http://host:4318: spans that could not be sent: 2 (connect ECONNREFUSED); ${LOSS}\n`,
    `costspan: export to http://host:4318: spans that could not be sent: 8 (no reason given), spans dropped because 8192 others waited: 1; ${LOSS}\n`,
  ]);
  expect(health.counts()).toEqual({ exported: 3, failed: 8, dropped: 1, lastError: 'no reason given' });
});

test('an endpoint that is down is said on standard error and by doctor', async () => {
  const sink = await startOtlpSink();
  await sink.close();
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { costspan } = measure({ endpoint: sink.url });
  expect(costspan.doctor().map(({ code }) => code)).not.toContain('export-losing');
  costspan.tool('x', () => 1)();
  await costspan.shutdown();
  const said = write.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith('costspan:'));
  write.mockRestore();
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`export to ${sink.url}: spans that could not be sent: 1 (`);
  expect(costspan.doctor().find(({ code }) => code === 'export-losing')).toMatchObject({ severity: 'problem' });
});

test('spans beyond the bound of the queue are counted', async () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exporter = {
    export: (_: readonly ReadableSpan[], done: (result: { readonly code: number }) => void): void => done({ code: 0 }),
    shutdown: async (): Promise<void> => undefined,
    forceFlush: async (): Promise<void> => undefined,
  };
  const { costspan } = measure({ exporter });
  for (let count = 0; count < 9_000; count += 1) costspan.tool('x', () => 1)();
  write.mockRestore();
  expect(costspan.doctor().find(({ code }) => code === 'export-losing')?.message).toMatch(
    /^export to the given exporter: spans dropped because 8192 others waited: \d+; /,
  );
  await costspan.shutdown();
});
