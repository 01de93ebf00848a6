import { openLedger, packFacts } from '@costspan/collector-processor';
import { expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { registerReportCommand } from '../../src/commands/report.ts';
import { ledgerWith } from '../support/ledger-with.ts';
import { runCommand } from '../support/run-command.ts';

const spans = facts('span|item|cost\na|ticket T-1|1');
const line = 'Partial: this ledger is one of several. The one that takes its entries has the whole.';

test.each([true, false])('a report says whether its ledger is one of several: %s', async (sendsEntries) => {
  const file = await ledgerWith([spans]);
  const ledger = await openLedger({ file, currency: 'USD', sendsEntries });
  await ledger.commit(packFacts(spans));
  await ledger.close();
  const text = await runCommand(registerReportCommand, 'report', '--ledger', file);
  expect(text.includes(line)).toBe(sendsEntries);
  const [header = ''] = (await runCommand(registerReportCommand, 'report', '--ledger', file, '--json')).split('\n');
  expect(JSON.parse(header)).toMatchObject({ kind: 'report', partial: sendsEntries });
});
