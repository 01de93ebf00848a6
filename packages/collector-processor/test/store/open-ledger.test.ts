import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { factText, type SpanFact } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { expectedLedger } from '../../../ledger/test/support/oracle.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { openLedgerReader } from '../../src/store/ledger-reader.ts';
import { type OpenLedger, openLedger } from '../../src/store/open-ledger.ts';
import { commitNs } from './support/engine.ts';
import { temporaryLedgerFile } from './support/temporary-ledger.ts';

const clock = { nowNs: () => commitNs };

async function open(file: string): Promise<OpenLedger> {
  const ledger = await openLedger({ file, currency: 'USD', clock });
  onTestFinished(() => ledger.close());
  return ledger;
}

const totals = async (ledger: OpenLedger): Promise<unknown> =>
  (await ledger.dirtyRecords(100)).map(({ item, totalPico }) => `${item.id} ${formatPico(totalPico)}`);

test('many commits at once share few transactions and are each answered', async () => {
  const ledger = await open(temporaryLedgerFile());
  const all = Array.from({ length: 500 }, (_, index) =>
    fact({ span: `s${index}`, trace: `t${index % 50}`, item: `ticket T-${index % 7}`, cost: '0.01' }),
  );
  await Promise.all(all.map((each) => ledger.commit(packFacts([each]))));
  const records = await ledger.dirtyRecords(100);
  expect(records.map(({ item }) => item.id).sort()).toEqual(['T-0', 'T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6']);
  expect(records.reduce((sum, { totalPico }) => sum + totalPico, 0n)).toBe(5_000_000_000_000n);
  // All were asked in the same moment, so all that waited while the first was written went together.
  expect(new Set(records.map(({ revision }) => revision - commitNs / 1000n)).size).toBeLessThan(5);
});

test('a commit is readable by another process as soon as it is acknowledged', async () => {
  const file = temporaryLedgerFile();
  const ledger = await open(file);
  await ledger.commit(packFacts(facts('span | item | cost\n a | ticket T-1 | 0.18')));
  const reader = openLedgerReader(file);
  expect([...reader.records()].map(({ totalPico }) => totalPico)).toEqual([180_000_000_000n]);
  await ledger.commit(packFacts(facts('span | item | cost\n b | ticket T-1 | 1')));
  expect(
    [...reader.records()].map(({ totalPico }) => totalPico),
    'a reader sees one moment',
  ).toEqual([180_000_000_000n]);
  reader.close();
});

test('a ledger that was closed is there again, under the same emitter', async () => {
  const file = temporaryLedgerFile();
  const first = await open(file);
  await first.commit(packFacts(facts('span | item | cost\n a | ticket T-1 | 0.18')));
  await first.close();
  const second = await open(file);
  expect(second.emitter).toBe(first.emitter);
  expect(second.emitter).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await totals(second)).toEqual(['T-1 0.18']);
});

test('keeps records in memory when asked to', async () => {
  const ledger = await open(':memory:');
  await ledger.commit(packFacts(facts('span | item | cost\n a | ticket T-1 | 0.18')));
  expect(await totals(ledger)).toEqual(['T-1 0.18']);
});

test('only its owner may read the file and what lies beside it', async () => {
  const file = temporaryLedgerFile();
  const ledger = await open(file);
  await ledger.commit(packFacts([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]));
  for (const path of [file, `${file}-wal`, `${file}-shm`, `${file}-lock`]) {
    expect((statSync(path).mode & 0o777).toString(8), path).toBe('600');
  }
});

test('closing twice is closing once; everything asked afterwards is refused', async () => {
  const ledger = await open(temporaryLedgerFile());
  await ledger.close();
  await ledger.close();
  await expect(ledger.commit(packFacts([fact({ span: 'a', cost: '1' })]))).rejects.toMatchObject({ code: 'ledger-unavailable' });
});

test('too many waiting facts are refused instead of kept', async () => {
  const ledger = await open(':memory:');
  const batch = Array.from({ length: 40_000 }, (_, index) => fact({ span: `${index}` }));
  const first = ledger.commit(packFacts(batch));
  await expect(ledger.commit(packFacts(batch))).rejects.toMatchObject({ code: 'ledger-unavailable' });
  await first;
  await ledger.commit(packFacts([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]));
  expect(await totals(ledger)).toEqual(['T-1 1']);
});

describe('a file that cannot be the ledger is refused with what to do', () => {
  const bytes = (text: string) => (file: string) => writeFileSync(file, text);
  const sql = (text: string) => (file: string) => {
    const database = new DatabaseSync(file);
    database.exec(text);
    database.close();
  };
  test.each<[string, (file: string) => void | Promise<void>, RegExp]>([
    [
      'text',
      bytes('not a database, but long enough to be looked at as one'.repeat(20)),
      /costspan\.db: is not a ledger: it is no SQLite file/,
    ],
    ['somebody else’s database', sql('CREATE TABLE cats (name)'), /is not a ledger: it is a SQLite file of something else/],
    [
      'a ledger of a newer version',
      async (file) => {
        await (await openLedger({ file, currency: 'USD' })).close();
        sql('PRAGMA user_version = 99')(file);
      },
      /was written by a newer costspan \(schema 99, this one knows 1\); update costspan/,
    ],
    [
      'a ledger in another currency',
      async (file) => {
        await (await openLedger({ file, currency: 'EUR' })).close();
      },
      /holds amounts in EUR, the configuration says USD/,
    ],
    [
      'a damaged ledger',
      async (file) => {
        const ledger = await openLedger({ file, currency: 'USD' });
        const many = Array.from({ length: 200 }, (_, index) => fact({ span: `${index}`, item: `ticket T-${index}`, cost: '1' }));
        await ledger.commit(packFacts(many));
        await ledger.close();
        const { readFileSync } = await import('node:fs');
        const contents = readFileSync(file);
        contents.fill(0xff, 8192, 20_480);
        writeFileSync(file, contents);
      },
      /is damaged/,
    ],
  ])('%s', async (_name, make, message) => {
    const file = temporaryLedgerFile();
    await make(file);
    const refused = openLedger({ file, currency: 'USD' });
    await expect(refused).rejects.toMatchObject({ code: 'ledger-unusable', message: expect.stringMatching(message) });
  });

  test('a file in a folder that does not exist', async () => {
    await expect(openLedger({ file: '/no/such/folder/costspan.db', currency: 'USD' })).rejects.toMatchObject({
      code: 'ledger-unusable',
      message: expect.stringContaining('/no/such/folder/costspan.db'),
    });
  });

  test('a ledger another service holds, until that one ends', async () => {
    const file = temporaryLedgerFile();
    const holder = await open(file);
    await expect(openLedger({ file, currency: 'USD' })).rejects.toMatchObject({
      message: expect.stringContaining('is in use by another costspan process'),
    });
    await holder.close();
    await (await open(file)).close();
  });
});

test('what was acknowledged before kill -9 is there afterwards, and the requests again make the undisturbed ledger', async () => {
  const requests = Array.from({ length: 400 }, (_, index) =>
    facts(
      `span | parent | item | cost
       a${index} | | ticket T-${index % 11} |
       b${index} | a${index} | | 0.0${index % 9}`,
      { trace: `t${index % 60}` },
    ),
  );
  const file = temporaryLedgerFile();
  const acknowledged = await writeUntilKilled(file, requests, 60);
  expect(acknowledged.size).toBeGreaterThanOrEqual(60);

  const after = await open(file);
  const kept = new Set(entriesIn(file).map(({ spanId }) => spanId));
  const missing = requests
    .flat()
    .filter(({ spanId, observation }) => observation && acknowledged.has(spanId) && !kept.has(spanId));
  expect(missing).toEqual([]);

  for (const request of requests) await after.commit(packFacts(request));
  const expected = expectedLedger(requests.flat());
  const reader = openLedgerReader(file);
  expect([...reader.records()].map(({ emitter: _e, revision: _r, ...record }) => record)).toEqual(expected.records);
  expect(reader.verify().problems).toEqual([]);
  reader.close();
});

function entriesIn(file: string): readonly { readonly spanId: string }[] {
  const reader = openLedgerReader(file);
  const entries = [...reader.entries()];
  reader.close();
  return entries;
}

/** Starts a writer, kills it after some acknowledgements, and returns the spans it had acknowledged. */
async function writeUntilKilled(
  file: string,
  requests: readonly SpanFact[][],
  acknowledgements: number,
): Promise<ReadonlySet<string>> {
  const script = fileURLToPath(new URL('./support/crash-writer.ts', import.meta.url));
  const writer = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  writer.stdin.on('error', () => {});
  writer.stdin.end(requests.map((request) => request.map(factText).join('\n')).join('\n\n'));
  const acknowledged = new Set<string>();
  let count = 0;
  for await (const line of createInterface(writer.stdout)) {
    if (line === 'open') continue;
    for (const spanId of line.split(' ')) acknowledged.add(spanId);
    count += 1;
    if (count === acknowledgements) writer.kill('SIGKILL');
  }
  return acknowledged;
}
