import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLedgerFile } from '../../src/store/ledger-file.ts';
import { prepareTraceIndex, type TraceIndex } from '../../src/store/trace-index.ts';
import { commitNs } from './support/engine.ts';

const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), trace: fc.nat(400), tenant: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('prune' as const), trace: fc.nat(400), tenant: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'fail' as const, 'reopen' as const) }) },
);

const identityOf = (trace: number, tenant: number): { readonly traceId: string; readonly tenant: string } => ({
  traceId: trace.toString(16).padStart(32, '0'),
  tenant: `tenant-${tenant}`,
});

test('finds each trace that has a row, and no other, whatever was written, failed, pruned or opened again', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (actions, recentMax) => {
      const folder = mkdtempSync(join(tmpdir(), 'costspan-index-'));
      let file = openLedgerFile({ file: join(folder, 'ledger.db'), currency: 'USD', nowNs: commitNs });
      let index = prepareTraceIndex(file.database, recentMax);
      let known = new Map<string, bigint>();
      let pending = new Map<string, bigint>();
      try {
        file.database.exec('BEGIN');
        for (const step of actions) {
          if (step.kind === 'add') {
            const trace = identityOf(step.trace, step.tenant);
            const name = JSON.stringify(trace);
            expect(index.keyOf(trace)).toBe(pending.get(name));
            if (pending.has(name)) continue;
            const key = index.add(trace);
            addRow(file, trace, key);
            pending.set(name, key);
          } else if (step.kind === 'prune') {
            const trace = identityOf(step.trace, step.tenant);
            const key = pending.get(JSON.stringify(trace));
            if (key === undefined) continue;
            file.database.prepare('DELETE FROM traces WHERE trace_key = ?').run(key);
            index.remove(trace, key);
            pending.delete(JSON.stringify(trace));
          } else {
            if (step.kind === 'fail') {
              file.database.exec('ROLLBACK');
              index.forget();
              pending = new Map(known);
            } else {
              index.settle();
              file.database.exec('COMMIT');
              known = new Map(pending);
            }
            if (step.kind === 'reopen') {
              file.close();
              file = openLedgerFile({ file: join(folder, 'ledger.db'), currency: 'USD', nowNs: commitNs });
              index = prepareTraceIndex(file.database, recentMax);
            }
            file.database.exec('BEGIN');
          }
        }
        expectFindsAll(index, pending);
      } finally {
        file.close();
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
}, 30_000);

test('moves traces into the index of the file as further ones come, and reads the others again', () => {
  const file = openLedgerFile({ file: ':memory:', currency: 'USD', nowNs: commitNs });
  const index = prepareTraceIndex(file.database, 100);
  const traces = Array.from({ length: 1_000 }, (_, number) => identityOf(number, 0));
  const keys = new Map<string, bigint>();
  for (const [number, trace] of traces.entries()) {
    const key = index.add(trace);
    addRow(file, trace, key);
    keys.set(JSON.stringify(trace), key);
    if (number % 10 === 9) index.settle();
  }
  const { indexed } = file.database.prepare('SELECT count(*) AS indexed FROM trace_index').get() as { indexed: number };
  expect(indexed).toBeGreaterThan(800);
  expect(indexed).toBeLessThan(1_000);
  expectFindsAll(index, keys);
  expectFindsAll(prepareTraceIndex(file.database), keys);
  file.close();
});

function addRow(
  { database }: ReturnType<typeof openLedgerFile>,
  { tenant, traceId }: { readonly tenant: string; readonly traceId: string },
  key: bigint,
): void {
  database
    .prepare(
      "INSERT INTO traces (trace_key, tenant, trace_id, state, facts, sums, active_at_ns, unnamed, rooted) VALUES (?, ?, ?, 'open', 0, 0, 0, '{}', 1)",
    )
    .run(key, tenant, traceId);
}

function expectFindsAll(index: TraceIndex, keys: ReadonlyMap<string, bigint>): void {
  const found = Array.from(keys.keys(), (name) => [name, index.keyOf(JSON.parse(name))]);
  expect(found).toEqual([...keys]);
}
