import { join } from 'node:path';
import { sumPico } from '@costspan/pricing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deliveries, type PlannedSpan, plannedSpans } from './support/random-traces.ts';
import { ledgerState, sendSpans, startService, type TestServiceOptions, temporaryFolder } from './support/test-service.ts';

type Batches = ReadonlyArray<readonly PlannedSpan[]>;

test('the same spans in any order, batching and repetition give the same entries and records', async () => {
  const delivered = plannedSpans.chain((spans) => fc.record({ spans: fc.constant(spans), batches: deliveries(spans) }));
  await fc.assert(
    fc.asyncProperty(delivered, telemetrySku, async ({ spans, batches }, sku) => {
      const inOrder = await stateAfter([spans], sku);
      const anyOrder = await stateAfter(batches, sku);
      expect(anyOrder).toEqual(inOrder);
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);

test('entries and records sum to the same amount, to the last pico', async () => {
  await fc.assert(
    fc.asyncProperty(plannedSpans, telemetrySku, async (spans, sku) => {
      const { entries, records } = await stateAfter([spans], sku);
      const attributed = (entries as Array<{ item?: unknown; amountPico: bigint }>).filter(({ item }) => item !== undefined);
      const fromRecords = sumPico((records as Array<{ totalPico: bigint }>).map(({ totalPico }) => totalPico));
      expect(fromRecords).toBe(sumPico(attributed.map(({ amountPico }) => amountPico)));
    }),
    { numRuns: 20, endOnFailure: true },
  );
}, 120_000);

/** Spans are booked as telemetry, or not. */
const telemetrySku = fc.constantFrom({}, { telemetrySku: 'test/traces' });

/** Sends the batches one after the other over a socket to a service with a new ledger file, and reads the file. */
async function stateAfter(batches: Batches, options: TestServiceOptions): Promise<ReturnType<typeof ledgerState>> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  const service = await startService(file, options);
  try {
    for (const batch of batches) await sendSpans(service.url, batch);
  } finally {
    await service.close();
  }
  return ledgerState(file);
}
