import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, packFacts } from '@costspan/collector-processor';
import type { SpanFact } from '@costspan/ledger';
import { onTestFinished } from 'vitest';

/** Noon of 2026-06-02 UTC, a day after the facts of tests. */
const commitNs = 1_780_401_600_000_000_000n;

/** Path of a ledger that holds these facts, committed one request after the other. */
export async function ledgerWith(requests: readonly (readonly SpanFact[])[], currency: string = 'USD'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'costspan.db');
  const ledger = await openLedger({ file, currency, clock: { nowNs: () => commitNs } });
  for (const facts of requests) await ledger.commit(packFacts(facts));
  await ledger.close();
  return file;
}
