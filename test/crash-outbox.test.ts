import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, type PlannedSpan, plannedSpans } from './support/random-traces.ts';
import { freePort, startServeProcess } from './support/serve-process.ts';
import { ledgerState, sendSpans, startService, temporaryFolder } from './support/test-service.ts';

const killsMax = Number(process.env['COSTSPAN_TEST_KILLS'] ?? 3);

test(
  'kill -9 of a meter between acknowledging and delivering: the ledger it sends to is that of an undisturbed service',
  async () => {
    await using folder = await temporaryFolder();
    await using central = await temporaryFolder();
    const ledger = await startService(join(central.path, 'ledger.db'));
    // Every 20 ms, so that some kills meet a delivery, some the time before it and some the time after.
    const extra = `
exporters: { otlp_http/ledger: { endpoint: "${ledger.url}", timeout: 2s } }
records: { entries: [otlp_http/ledger], interval: 20ms }`;
    const port = await freePort();
    const start = () => startServeProcess(folder.path, port, extra);
    const batches = traffic();
    let meter = await start();
    for (const [index, batch] of batches.entries()) {
      await sendSpans(meter.url, batch);
      if (Math.floor(((index + 1) * killsMax) / batches.length) === Math.floor((index * killsMax) / batches.length)) continue;
      await meter.stop('SIGKILL');
      meter = await start();
    }
    expect(await meter.stop('SIGTERM')).toBe(0);
    await ledger.close();

    const { records, entries } = ledgerState(join(central.path, 'ledger.db'));
    expect(entries.length).toBeGreaterThan(80);
    expect(records).toEqual(await undisturbed(batches));
  },
  60_000 + killsMax * 6_000,
);

/** A few hundred batches with fixed random content; every plan gets trace and span identifiers of its own. */
function traffic(): ReadonlyArray<readonly PlannedSpan[]> {
  const plans = fc.sample(plannedSpans, { numRuns: 80, seed: 20_261_122 });
  return plans
    .map((spans, plan) => spans.map((span) => ({ ...span, traceId: `${hex(plan + 1, 8)}${span.traceId.slice(8)}` })))
    .filter((batch) => batch.length > 0);
}

async function undisturbed(batches: ReadonlyArray<readonly PlannedSpan[]>): Promise<readonly unknown[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  const service = await startService(file);
  for (const batch of batches) await sendSpans(service.url, batch);
  await service.close();
  return ledgerState(file).records;
}
