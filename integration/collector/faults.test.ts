import { join } from 'node:path';
import { createTemporaryFolder, waitFor } from '@costspan/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { ledgerState } from '../../test/support/test-service.ts';
import { repository } from '../support/cache-folder.ts';
import { freePorts } from '../support/free-ports.ts';
import { sendRequests } from '../support/send-requests.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { pinnedCollector } from './build.ts';
import { faultTable, type Seen, writeFaultTable } from './fault-table.ts';
import { faultTraffic } from './fault-traffic.ts';
import { type Fault, faults } from './faults.ts';
import { startTopology } from './start-topology.ts';

const pinned = pinnedCollector();
if (pinned.kind === 'skipped') console.log(`Faults are skipped: ${pinned.why}.`);
const program = pinned.kind === 'ready' ? pinned.collector : '';

/** Time for queues to drain after the fault: a sender that backs off waits a few seconds each time. */
const drainTimeoutMs = 45_000;

type State = ReturnType<typeof ledgerState>;

const requests = faultTraffic();

describe.skipIf(pinned.kind === 'skipped')('faults', () => {
  let expected: State;
  const seen: Seen[] = [];
  beforeAll(async () => {
    expected = await undisturbed();
  });

  test('the traffic has several hundred entries of all kinds, priced and unpriced', () => {
    expect(expected.entries.length).toBeGreaterThan(500);
    expect(expected.records.length).toBeGreaterThan(2);
  });

  test.each(faults)('$example: $tried', async (fault) => {
    const { state, isNoticed } = await runFault(fault, expected);
    expect(state).toEqual(expected);
    expect(isNoticed).toBe(fault.isNoticed);
    seen.push({ ...fault, entries: state.entries.length, entriesExpected: expected.entries.length });
  });

  test('docs/collector.md shows what was seen', async () => {
    if (process.env['WRITE_DOCS'] === '1') await writeFaultTable(seen);
    expect(await faultTable()).toEqual(seen.length === faults.length ? await faultTable(seen) : []);
  });
});

/** What the ledger holds when every request comes once, in order, straight from the application. */
async function undisturbed(): Promise<State> {
  await using folder = await createTemporaryFolder();
  const endpoint = `127.0.0.1:${(await freePorts(1))[0]}`;
  const ledgerFile = folder.join('costspan.db');
  const config = join(repository, 'examples/collector/side-branch/costspan.yaml');
  const env = { COSTSPAN_ENDPOINT: endpoint, COSTSPAN_LEDGER: ledgerFile };
  await using costspan = await startCostspan({ config, folder: folder.path, env, endpoint });
  await sendRequests(`http://${endpoint}`, requests, 1).acknowledged(requests.length);
  await costspan.stop('SIGTERM');
  return ledgerState(ledgerFile);
}

/** The ledger at the end of a run: as soon as it is what was expected, or after the time that draining may take. */
async function runFault(
  { example, run }: Fault,
  expected: State,
): Promise<{ readonly state: State; readonly isNoticed: boolean }> {
  await using folder = await createTemporaryFolder();
  await using topology = await startTopology(example, program, folder.path);
  const sending = sendRequests(topology.url, requests);
  await run(topology, sending, requests.length);
  const wanted = textOf(expected);
  const isComplete = (): boolean => textOf(ledgerState(topology.ledgerFile)) === wanted;
  await waitFor('the ledger is complete', isComplete, { timeoutMs: drainTimeoutMs }).catch(() => undefined);
  return { state: ledgerState(topology.ledgerFile), isNoticed: sending.repeatedCount() > 0 };
}

function textOf(state: State): string {
  return JSON.stringify(state, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
