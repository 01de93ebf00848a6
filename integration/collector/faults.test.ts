import { join } from 'node:path';
import { createTemporaryFolder, waitFor } from '@costspan/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../support/cache-folder.ts';
import { freePorts } from '../support/free-ports.ts';
import { type Sending, sendRequests } from '../support/send-requests.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { pinnedCollector } from './build.ts';
import { type EntryView, entryView, type SeenEntry, viewText } from './entry-view.ts';
import { faultTable, type Seen, writeFaultTable } from './fault-table.ts';
import { faultTraffic } from './fault-traffic.ts';
import { type Fault, faults } from './faults.ts';
import { startTopology } from './start-topology.ts';

const pinned = pinnedCollector();
if (pinned.kind === 'skipped') console.log(`Faults are skipped: ${pinned.why}.`);
const program = pinned.kind === 'ready' ? pinned.collector : '';

/** Time for queues to drain after the fault: a sender that backs off waits a few seconds each time. */
const drainTimeoutMs = 45_000;

/** Time between two looks at the ledger. */
const lookIntervalMs = 250;

const requests = faultTraffic();

describe.skipIf(pinned.kind === 'skipped')('faults', () => {
  let expected: EntryView;
  const seen: Seen[] = [];
  beforeAll(async () => {
    expected = await undisturbed();
  });

  test('the traffic has several hundred entries, most of them of spans with an item of their own', () => {
    const own = [...expected.entries.values()].filter(({ itemSource }) => itemSource === 'span');
    expect([expected.entries.size > 500, own.length > 200]).toEqual([true, true]);
  });

  test.each(faults)('$example: $tried', async (fault) => {
    const { view, isNoticed } = await runFault(fault, expected);
    if (fault.splitsTraces === true) expectSameCosts(view, expected);
    else expect(view).toEqual(expected);
    expect(isNoticed).toBe(fault.isNoticed);
    seen.push({ ...fault, entries: view.entries.size, entriesExpected: expected.entries.size });
  });

  test('docs/collector.md shows what was seen', async () => {
    if (process.env['WRITE_DOCS'] === '1') await writeFaultTable(seen);
    expect(await faultTable()).toBe(await faultTable(seen));
  });
});

/** What the ledger holds when every request comes once, in order, straight from the application. */
async function undisturbed(): Promise<EntryView> {
  await using folder = await createTemporaryFolder();
  const endpoint = `127.0.0.1:${(await freePorts(1))[0]}`;
  const ledgerFile = folder.join('costspan.db');
  const config = join(repository, 'examples/collector/side-branch/costspan.yaml');
  const env = { COSTSPAN_ENDPOINT: endpoint, COSTSPAN_LEDGER: ledgerFile };
  await using costspan = await startCostspan({ config, folder: folder.path, env, endpoint });
  await sendRequests(`http://${endpoint}`, requests, 1).acknowledged(requests.length);
  await costspan.stop('SIGTERM');
  return entryView(ledgerFile);
}

/** The ledger at the end of a run: as soon as it is what was expected, or after the time that draining may take. */
async function runFault(
  { example, splitsTraces = false, run }: Fault,
  expected: EntryView,
): Promise<{ readonly view: EntryView; readonly isNoticed: boolean }> {
  await using folder = await createTemporaryFolder();
  await using topology = await startTopology(example, program, folder.path);
  const sendings: Sending[] = [];
  await run(
    topology,
    (part) => {
      const sending = sendRequests(topology.url, part);
      sendings.push(sending);
      return sending;
    },
    requests,
  );
  const wanted = viewText(expected);
  const isComplete = async (): Promise<boolean> => {
    // Reading a whole ledger takes time from those who write it.
    await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
    const view = entryView(topology.ledger.ledgerFile);
    return splitsTraces ? view.entries.size >= expected.entries.size : viewText(view) === wanted;
  };
  await waitFor('the ledger is complete', isComplete, { timeoutMs: drainTimeoutMs }).catch(() => undefined);
  // What they have decided last goes to the ledger before they end.
  if (splitsTraces) await Promise.all(topology.meters.map((meter) => meter.stop('SIGTERM')));
  return {
    view: entryView(topology.ledger.ledgerFile),
    isNoticed: sendings.some((sending) => sending.repeatedCount() > 0),
  };
}

/**
 * Traces were split over meters: nothing is lost, nothing counted twice, no amount changes, and spans that name their item are
 * booked on it. Where an item was found through other spans of the trace, each entry says so, or why there is none.
 */
function expectSameCosts(view: EntryView, expected: EntryView): void {
  expect([...view.entries.keys()]).toEqual([...expected.entries.keys()]);
  const elsewhere = [...expected.entries].filter(([id, entry]) => {
    const found = view.entries.get(id);
    if (entry.itemSource === 'span') expect(found).toEqual(entry);
    expect(withoutItem(found)).toEqual(withoutItem(entry));
    return found?.itemSource !== entry.itemSource || found?.item?.id !== entry.item?.id;
  });
  expect(elsewhere.length).toBeGreaterThan(0);
  expect(elsewhere.filter(([id]) => view.entries.get(id)?.itemSource === 'span')).toEqual([]);
}

function withoutItem(entry: SeenEntry | undefined): object {
  const { item: _, itemSource: __, unattributedReason: ___, ...cost } = entry ?? {};
  return cost;
}
