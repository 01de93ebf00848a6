import type { CostFact, SpanFact } from '@costspan/ledger';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { registerHandoffsCommand } from '../../src/commands/handoffs.ts';
import { ledgerWith } from '../support/ledger-with.ts';
import { runCommand } from '../support/run-command.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-06-03T12:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const expiringAt = (fact: SpanFact, at: string): SpanFact => {
  const { observation } = fact as CostFact;
  const human = { ...observation.human, role: 'reviewer', expiresAtMs: Date.parse(at) };
  return { ...fact, observation: { ...observation, human } };
};

/** Three claims handed off at noon of June 1: one is finished, one waits, and one has waited for too long. */
const requests = [
  facts(
    'span | item | role | category | handoff | cost | start\n open | claim C-1 | handoff | human | h1 | ?handoff-open:non_billable | 0',
  ).map((fact) => ({ ...expiringAt(fact, '2026-07-01T12:00:00Z'), traceId: '0'.repeat(31).concat('1') })),
  facts(`
    span | item      | role    | category | handoff | touchMs | cost                       | start
    late | claim C-2 | handoff | human    | h2      |         | ?handoff-open:non_billable | 1
    old  | claim C-3 | handoff | human    | h3      |         | ?handoff-open:non_billable | 2
    done | claim C-3 | handoff | human    | h3      | 60000   | 0.80                       | 3`).map((fact) =>
    (fact as CostFact).observation.human?.handoffId === 'h2' ? expiringAt(fact, '2026-06-02T12:00:00Z') : fact,
  ),
];

const run = async (...args: readonly string[]): Promise<string> =>
  runCommand(registerHandoffsCommand, 'handoffs', '--ledger', await ledgerWith(requests), ...args);

test('lists what nobody has finished, the longest first, and says what has expired', async () => {
  expect(`\n${await run()}`).toBe(`
item       role      opened (UTC)         waiting      until (UTC)                   handoff
────────────────────────────────────────────────────────────────────────────────────────────
claim/C-1  reviewer  2026-06-01 12:00:00  2 d 0 h      2026-07-01 12:00:00           h1
claim/C-2  reviewer  2026-06-01 12:00:01  47 h 59 min  2026-06-02 12:00:00, expired  h2
`);
});

test('as JSON lines; only the expired', async () => {
  const lines = (await run('--json', '--expired')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      handoff_id: 'h2',
      tenant: 'default',
      type: 'claim',
      id: 'C-2',
      role: 'reviewer',
      opened_at_ns: '1780315201000000000',
      expires_at_ns: '1780401600000000000',
      state: 'expired',
    },
  ]);
});

test('says so when nothing is open', async () => {
  const file = await ledgerWith([]);
  expect(await runCommand(registerHandoffsCommand, 'handoffs', '--ledger', file)).toBe('No handoff is open.\n');
});
