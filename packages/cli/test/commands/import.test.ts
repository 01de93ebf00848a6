import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedgerReader, parseConfig, serve } from '@costspan/collector-processor';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { registerAddCommand } from '../../src/commands/add.ts';
import { registerImportCommand } from '../../src/commands/import.ts';
import { runCommand } from '../support/run-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'costspan.yaml'),
    `pricing: {books: ["${join(folder, 'book.yaml')}"], catalog: false}\nwork_items: {types: {ticket: {completed: [resolved]}}}\n`,
  );
  writeFileSync(
    join(folder, 'book.yaml'),
    'book: own\nversion: "2026-01-01"\ncurrency: USD\nprices:\n  - {id: stripe/refund, provider: stripe, match: {exact: refund}, unit: tool_calls, amount: "0.25", per: "1", status: contract}\nroles: [{role: reviewer, hourly: "60"}]\n',
  );
});

/** Imports lines of a file straight into the ledger file. */
function importing(kind: string, text: string, ...more: readonly string[]): Promise<string> {
  writeFileSync(join(folder, `${kind}.csv`), text);
  const into = more.length > 0 ? more : ['--ledger', join(folder, 'costspan.db'), '--config', join(folder, 'costspan.yaml')];
  return runCommand(registerImportCommand, 'import', kind, join(folder, `${kind}.csv`), ...into);
}

const adding = (...args: readonly string[]): Promise<string> =>
  runCommand(
    registerAddCommand,
    'add',
    '--ledger',
    join(folder, 'costspan.db'),
    '--config',
    join(folder, 'costspan.yaml'),
    ...args,
  );

/** Total and outcome by item. */
function totals(): Readonly<Record<string, readonly unknown[]>> {
  const reader = openLedgerReader(join(folder, 'costspan.db'));
  const found = [...reader.records()].map(({ item, totalPico, outcome }) => [item.id, [totalPico, outcome?.value]] as const);
  reader.close();
  return Object.fromEntries(found);
}

describe('costspan import', () => {
  test('takes outcomes, usage, the work of people and costs', async () => {
    expect(
      await importing(
        'outcomes',
        'type,id,outcome,at,dimension.team\nticket,T-1,resolved,2026-06-01T12:00:00Z,eu\nticket,T-2,"escalated, twice",2026-06-01,\n',
      ),
    ).toMatch(/outcomes\.csv: 2 outcomes imported\.\n$/);
    await importing(
      'usage',
      '\uFEFFtype,id,at,sku,unit,quantity,role,minutes\r\nticket,T-1,2026-06-01,stripe/refund,tool_calls,3,,\r\nticket,T-1,2026-06-01,,,,reviewer,7.5\r\n',
    );
    await importing('costs', 'type,id,at,category,amount,currency\nticket,T-2,2026-06-01,compliance,0.125,USD\n');
    expect(totals()).toEqual({ 'T-1': [8_250_000_000_000n, 'resolved'], 'T-2': [125_000_000_000n, 'escalated, twice'] });
  });

  test('the same file again changes nothing, and two equal lines are two entries', async () => {
    const text = 'type,id,at,category,amount,currency\nticket,T-1,2026-06-01,tool,1,USD\nticket,T-1,2026-06-01,tool,1,USD\n';
    await importing('costs', text);
    expect(await importing('costs', text)).toMatch(/2 costs imported, 2 of them known from before\.\n$/);
    expect(totals()).toEqual({ 'T-1': [2_000_000_000_000n, undefined] });
  });

  test.each<[string, string, string, readonly string[]]>([
    [
      'bad lines, each with its number',
      'costs',
      'type,id,at,category,amount,currency\nticket,T-1,2026-06-01,tool,1,USD\nticket,,2026-06-01,tool,1,USD\nticket,T-1,June,tool,1.x,USD\n',
      [
        ':3: id: expected text that is not empty',
        ':4: at: expected a date and time',
        ':4: amount: expected decimal text',
        'nothing was imported',
      ],
    ],
    [
      'half a line',
      'costs',
      'type,id,at,category,amount,currency\nticket,T-1,2026-06-01,tool,1,USD\nticket,T-1',
      [':3: Invalid Record Length', 'nothing was imported'],
    ],
    [
      'an open quote',
      'outcomes',
      'type,id,outcome,at\nticket,"T-1,resolved,2026-06-01\n',
      ['Quote Not Closed', 'nothing was imported'],
    ],
    [
      'columns that are none',
      'outcomes',
      'type,id,result,at\nticket,T-1,resolved,2026-06-01\n',
      [':1: missing outcome; unknown result; columns of outcomes are type, id, at, outcome'],
    ],
    ['an empty file', 'outcomes', '', ['expected a line of column names and a line for each entry']],
    [
      'usage without a SKU',
      'usage',
      'type,id,at,unit,quantity\nticket,T-1,2026-06-01,tool_calls,1\n',
      [':2: sku: expected the SKU that prices the usage'],
    ],
  ])('refuses %s, and nothing of the file is taken', async (_, kind, text, messages) => {
    const error = await importing(kind, text).then(String, String);
    for (const message of messages) expect(error).toContain(message);
    expect(() => totals()).toThrow('there is no such ledger');
  });

  test('sends to a service, as its key allows', async () => {
    const parsed = parseConfig(
      'tenants: {keys: [{tenant: acme, key: k1}]}\ntrust: {declared_cost: true}',
      {},
      { endpoint: '127.0.0.1:0', ledgerFile: join(folder, 'costspan.db') },
    );
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
    const service = await serve({ config: parsed.config });
    const text = 'type,id,at,category,amount,currency\nticket,T-1,2026-06-01,tool,1,USD\n';
    await expect(importing('costs', text, '--endpoint', service.url)).rejects.toThrow('a key is required');
    process.env['COSTSPAN_API_KEY'] = 'k1';
    onTestFinished(() => {
      delete process.env['COSTSPAN_API_KEY'];
    });
    expect(await importing('costs', text, '--endpoint', service.url)).toMatch(/1 costs imported\.\n$/);
    await service.close();
    expect(totals()).toEqual({ 'T-1': [1_000_000_000_000n, undefined] });
    await expect(importing('costs', text, '--endpoint', service.url)).rejects.toThrow(
      /expected costspan to answer .*; start `costspan serve`/,
    );
  });
});

describe('costspan add', () => {
  test('says what an item cost besides, and how it ended', async () => {
    expect(await adding('--item', 'ticket/T-1', '--role', 'reviewer', '--minutes', '7.5')).toBe('ticket/T-1: added\n');
    await adding('--item', 'ticket/T-1', '--sku', 'stripe/refund', '--usage', 'tool_calls=2');
    await adding('--item', 'ticket/T-1', '--cost', '0.1', '--category', 'compliance', '--outcome', 'resolved');
    expect(totals()).toEqual({ 'T-1': [8_100_000_000_000n, 'resolved'] });
  });

  test('with a key it is said once', async () => {
    const args = ['--item', 'ticket/a/b', '--cost', '1', '--category', 'tool', '--key', 'k', '--at', '2026-06-01'];
    await adding(...args);
    expect(await adding(...args)).toBe('ticket/a/b: was known before; nothing changed\n');
    expect(totals()).toEqual({ 'a/b': [1_000_000_000_000n, undefined] });
  });

  test.each<[string, readonly string[], string]>([
    ['no id', ['--item', 'T-1', '--outcome', 'x'], '--item: expected type/id, such as ticket/T-42, found "T-1"'],
    ['nothing said', ['--item', 'ticket/T-1'], 'add: expected an outcome, human, usage or cost; an entry says at least one'],
    [
      'a key without the time it belongs to, which would be another one the next time',
      ['--item', 'ticket/T-1', '--outcome', 'x', '--key', 'k'],
      '--key: expected it together with --at, so that saying it again is the same',
    ],
    ['minutes of nobody', ['--item', 'ticket/T-1', '--minutes', '1'], '--role: expected it together with --minutes'],
    [
      'a cost that is no number',
      ['--item', 'ticket/T-1', '--cost', 'ten', '--category', 'tool'],
      'add: cost.amount: expected decimal text such as "2.50"',
    ],
  ])('refuses %s', async (_, args, message) => {
    await expect(adding(...args)).rejects.toThrow(message);
  });
});
