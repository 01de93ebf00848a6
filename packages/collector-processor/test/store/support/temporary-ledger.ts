import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Path for a ledger file in a folder of its own that goes away with the test. */
export function temporaryLedgerFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'costspan.db');
}
