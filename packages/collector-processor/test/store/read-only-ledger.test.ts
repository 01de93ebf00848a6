import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { openLedgerFile } from '../../src/store/ledger-file.ts';
import { openLedgerReader } from '../../src/store/ledger-reader.ts';
import { commitNs, openTestLedger } from './support/engine.ts';

/** Nobody, where the tests run as root, whom no mode of a file stops. */
const nobody = 65_534;
const isRoot = process.geteuid?.() === 0;
let file: string;

beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'costspan-read-only-')), 'costspan.db');
  const ledger = openTestLedger({ path: file });
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', cost: '0.18' })]);
  ledger.engine.close();
  if (isRoot) for (const path of [dirname(file), file, `${file}-lock`]) chownSync(path, nobody, nobody);
});
afterEach(() => {
  chmodSync(dirname(file), 0o700);
  rmSync(dirname(file), { recursive: true });
});

/** Does something as somebody whom modes of files stop. */
function asOwner<Result>(work: () => Result): Result {
  if (!isRoot) return work();
  process.seteuid?.(nobody);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

const totals = (): readonly bigint[] => {
  const reader = openLedgerReader(file);
  const found = [...reader.records()].map(({ totalPico }) => totalPico);
  reader.close();
  return found;
};

test.skipIf(process.platform === 'win32').each<[string, readonly bigint[] | undefined, () => void]>([
  ['a file that is read-only', [180_000_000_000n], () => chmodSync(file, 0o400)],
  [
    'a file in a folder that is read-only',
    undefined,
    () => {
      rmSync(`${file}-lock`);
      chmodSync(dirname(file), 0o500);
    },
  ],
])('%s is refused with what to look at, and stays as it is', (_, readable, forbid) => {
  forbid();
  if (readable === undefined) expect(() => asOwner(totals)).toThrow('to read it copy it');
  else expect(asOwner(totals)).toEqual(readable);
  expect(() => asOwner(() => openLedgerFile({ file, currency: 'USD', nowNs: commitNs }))).toThrow(
    expect.objectContaining({
      code: 'ledger-unusable',
      message: expect.stringMatching(/costspan\.db: cannot be written.*check the permissions of file and folder/),
    }),
  );
  chmodSync(dirname(file), 0o700);
  chmodSync(file, 0o600);
  expect(totals()).toEqual([180_000_000_000n]);
  // The refusal holds nothing: whoever may write can.
  openLedgerFile({ file, currency: 'USD', nowNs: commitNs }).close();
});
