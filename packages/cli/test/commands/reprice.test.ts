import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { openLedger, openLedgerReader, packFacts } from '@costspan/collector-processor';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { registerItemCommand } from '../../src/commands/item.ts';
import { registerRepriceCommand } from '../../src/commands/reprice.ts';
import { ledgerWith } from '../support/ledger-with.ts';
import { runCommand } from '../support/run-command.ts';
import { runCommand as runBuilt } from './start-command.ts';

/** A call at 0.18 a request of gpt-5, one without a price, a duplicate, a declared one, and one of another day. */
const spans = facts(`
  span | item       | cost      | usage       | call | scope | start
  a    | ticket T-1 | 0.18      | requests=2  |      |       | 0
  b    | ticket T-1 | ?no-price | requests=4  | r1   |       | 1
  c    | ticket T-1 | ?no-price | requests=4  | r1   | other | 2
  d    | claim C-1  | 0.5       | requests=1  |      |       | 3
  e    | ticket T-1 | 0.18      | requests=2  |      |       | 90000
`);

async function ledgerAndBook(amount = '0.25'): Promise<{ readonly ledger: string; readonly book: string }> {
  const ledger = await ledgerWith([spans]);
  const book = `${ledger}.yaml`;
  writeFileSync(
    book,
    `book: renegotiated\nversion: "2026-07-01"\ncurrency: USD\nlayer: contract\nprices:\n  - {id: new/gpt-5, provider: openai, match: {exact: gpt-5}, unit: requests, amount: "${amount}", per: "1", status: contract}\n`,
  );
  return { ledger, book };
}

const run = (ledger: string, book: string, ...more: readonly string[]): Promise<string> =>
  runCommand(
    registerRepriceCommand,
    ...['reprice', '--ledger', ledger, '--from', '2026-06-01', '--to', '2026-06-02', '--book', book],
    ...(more.includes('--reason') ? [] : ['--reason', 'contract of June']),
    ...more,
  );

function read(ledger: string) {
  const reader = openLedgerReader(ledger);
  const totals = Object.fromEntries(
    [...reader.records()].map(({ item, totalPico, complete }) => [item.id, [totalPico, complete]]),
  );
  const entries = [...reader.entries()].map(({ spanName, version, state, amountPico, repriced, status }) => ({
    ...{ spanName, version, state, amountPico, status },
    ...(repriced && { repriced }),
  }));
  const { problems } = reader.verify();
  reader.close();
  return { totals, entries, problems };
}

describe('costspan reprice', () => {
  test('shows the difference by type, gives every entry that changes a new version, and prices what had no price', async () => {
    const { ledger, book } = await ledgerAndBook();
    const text = await run(ledger, book);
    expect(text).toMatch(/ticket\s+llm\s+2\s+0\.18 USD\s+1\.5 USD\s+1\.32 USD\s+1 now priced/);
    expect(text).toMatch(/claim\s+llm\s+1\s+0\.5 USD\s+0\.25 USD\s+-0\.25 USD/);
    expect(text).toMatch(/3 entries were priced anew\./);
    const { totals, entries, problems } = read(ledger);
    // 2 x 0.25 and 4 x 0.25, and the next day's 0.18 as it was.
    expect(totals).toEqual({ 'C-1': [250_000_000_000n, true], 'T-1': [1_680_000_000_000n, true] });
    expect(entries.filter(({ spanName }) => spanName === 'a')).toEqual([
      { spanName: 'a', version: 1, state: 'void', amountPico: 180_000_000_000n, status: 'priced' },
      {
        ...{ spanName: 'a', version: 2, state: 'live', amountPico: 500_000_000_000n, status: 'priced' },
        repriced: { count: 1, reason: 'contract of June' },
      },
    ]);
    // Of the two that report one call, only the one that counts was priced anew.
    const ofCall = entries.filter(({ spanName, state }) => state === 'live' && (spanName === 'b' || spanName === 'c'));
    expect(ofCall.map(({ version, status }) => `${version} ${status}`).sort()).toEqual(['1 duplicate', '2 priced']);
    expect(problems).toEqual([]);
  });

  test('the path of the item says why', async () => {
    const { ledger, book } = await ledgerAndBook();
    await run(ledger, book);
    const path = await runCommand(registerItemCommand, 'item', 'C-1', '--ledger', ledger, '--verify');
    expect(path).toMatch(/version 1 of .*, replaced by a later one/);
    expect(path).toMatch(/version 2 of .*, priced anew: contract of June\n/);
    expect(path).toMatch(/1 requests at 0\.25 per 1 = 0\.25, price new\/gpt-5 \(contract\)/);
    expect(path).toMatch(/verified/);
  });

  test('done twice changes nothing the second time', async () => {
    const { ledger, book } = await ledgerAndBook();
    await run(ledger, book);
    const once = read(ledger);
    expect(await run(ledger, book)).toMatch(/^No entry changes\.\nUnchanged:\n {2}3 cost the same with these prices\n/);
    expect(read(ledger)).toEqual(once);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'a touch time that is the default of the role',
      { 'human.role': 'clerk', 'human.touch_ms': '60000', 'human.touch_source': 'default' },
      'touch-time-default',
    ],
    [
      'a count that is read under an assumption',
      { sku: 'acme/m', 'usage.requests': '1', usage_assumption: 'router-fee-excluded' },
      'router-fee-excluded',
    ],
    ['a call that ended in a way that may not be billed', { sku: 'acme/m', 'usage.requests': '1' }, 'outcome-billing-unknown'],
  ])('%s stays an estimate', async (_, said, reason) => {
    const { ledger, book } = await ledgerAndBook();
    const file = `${ledger}.new`;
    const rules = `outcomes: [{id: o, outcome: failed, billed: unknown}]\nroles: [{role: clerk, hourly: "36"}]\nprices:\n  - {id: p, provider: acme, match: {exact: m}, unit: requests, amount: "1", per: "1", status: list}\n`;
    writeFileSync(book, `book: own\nversion: "1"\ncurrency: USD\n${rules}`);
    writeFileSync(`${ledger}.config`, JSON.stringify({ pricing: { books: [book] } }));
    const failed = reason === 'outcome-billing-unknown';
    const attributes = Object.entries(said).map(([key, text]) => ({
      key: `costspan.${key}`,
      value: key.endsWith('_ms') || key.startsWith('usage.') ? { intValue: text } : { stringValue: text },
    }));
    const times = { startTimeUnixNano: '1780315200000000000', endTimeUnixNano: '1780315201000000000' };
    const span = {
      traceId: '1'.repeat(32),
      spanId: '2'.repeat(16),
      name: 's',
      ...times,
      attributes,
      status: { code: failed ? 2 : 1 },
    };
    writeFileSync(`${ledger}.json`, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
    await runBuilt(['process', '--in', `${ledger}.json`, '--ledger', file, '--config', `${ledger}.config`], tmpdir());
    const reader = openLedgerReader(file);
    expect([...reader.entries()].map((entry) => [entry.status, entry.reasons])).toEqual([['estimated', [reason]]]);
    reader.close();
    expect(await run(file, book)).toMatch(/^No entry changes\.\nUnchanged:\n {2}1 costs? the same/);
  });

  test('spans that come again do not bring the old price back', async () => {
    const { ledger, book } = await ledgerAndBook();
    await run(ledger, book);
    const after = read(ledger);
    const open = await openLedger({ file: ledger, currency: 'USD' });
    await open.commit(packFacts(spans));
    await open.close();
    expect(read(ledger)).toEqual(after);
  });

  test('a dry run shows the same and changes nothing, also while a service has the file', async () => {
    const { ledger, book } = await ledgerAndBook();
    const before = read(ledger);
    const service = await openLedger({ file: ledger, currency: 'USD' });
    expect(await run(ledger, book, '--dry-run')).toMatch(/1 now priced[\s\S]*Dry run: nothing was changed\.\n$/);
    await expect(run(ledger, book)).rejects.toThrow('is in use by another costspan process');
    await service.close();
    expect(read(ledger)).toEqual(before);
  });

  test('--where chooses', async () => {
    const { ledger, book } = await ledgerAndBook();
    const lines = (await run(ledger, book, '--where', 'type=claim', '--where', 'provider=openai', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      {
        ...{ kind: 'difference', type: 'claim', category: 'llm', currency: 'USD', changed: 1 },
        ...{ before: '0.5', after: '0.25', difference: '-0.25', now_priced: 0, no_longer_priced: 0 },
      },
      { kind: 'kept' },
      { kind: 'done', changed: 1, dry_run: false },
    ]);
    await expect(run(ledger, book, '--where', 'colour=red')).rejects.toThrow(
      '--where: expected name=value with one of tenant, type',
    );
  });

  test.each<[string, readonly string[], string]>([
    ['a period that ends before it begins', ['--to', '2026-05-01'], '--to: expected a time after --from, found 2026-05-01'],
    ['an instant that is none', ['--from', 'June'], '--from: expected 2026-06-01 or 2026-06-01T12:00:00Z, found "June"'],
    ['no reason', ['--reason', ' '], '--reason: expected words that say why; they stay with every entry'],
    [
      'a book that is not there',
      ['--book', '/nowhere.yaml'],
      '/nowhere.yaml:1:1: cannot be read (ENOENT); check the path and its permissions',
    ],
  ])('refuses %s', async (_, more, message) => {
    const { ledger, book } = await ledgerAndBook();
    await expect(run(ledger, book, ...more)).rejects.toThrow(message);
  });
});
