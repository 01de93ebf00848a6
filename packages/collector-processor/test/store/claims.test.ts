import { expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { commitNs, dayNs, openTestLedger } from './support/engine.ts';

const claim = (key: string, digest: string, tenant = 't') => ({ tenant, key, digest });

test('a key is claimed once, and remembered with when', () => {
  const { engine } = openTestLedger();
  expect(engine.claim([claim('a', '1'), claim('b', '1')], 5n)).toEqual([
    { kind: 'new', atNs: 5n },
    { kind: 'new', atNs: 5n },
  ]);
  expect(engine.claim([claim('a', '1'), claim('a', '1', 'other')], 9n)).toEqual([
    { kind: 'repeated', atNs: 5n },
    { kind: 'new', atNs: 9n },
  ]);
});

test('one key that cannot be had leaves all others free', () => {
  const { engine } = openTestLedger();
  engine.claim([claim('a', '1')], 5n);
  expect(engine.claim([claim('b', '1'), claim('a', '2')], 6n).map(({ kind }) => kind)).toEqual(['new', 'different']);
  expect(engine.claim([claim('b', '2')], 7n)).toEqual([{ kind: 'new', atNs: 7n }]);
});

test('two contents under one key of one request are two', () => {
  const { engine } = openTestLedger();
  expect(engine.claim([claim('a', '1'), claim('a', '2')], 5n).map(({ kind }) => kind)).toEqual(['new', 'different']);
  expect(engine.claim([claim('a', '1'), claim('a', '1')], 6n).map(({ kind }) => kind)).toEqual(['new', 'repeated']);
});

test('what ended before entries were deleted cannot be told from what was counted', () => {
  const ledger = openTestLedger();
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]);
  ledger.engine.claim([claim('old', '1')], commitNs);
  const later = commitNs + 40n * dayNs;
  ledger.closeDue(later);
  ledger.closeDue(later);
  expect(ledger.engine.claim([{ ...claim('new', '1'), endNs: commitNs }], later)).toEqual([{ kind: 'beyond', atNs: later }]);
  expect(ledger.engine.claim([{ ...claim('new', '1'), endNs: later }], later)).toEqual([{ kind: 'new', atNs: later }]);
  // The key itself is forgotten with the entries it made, and refused by its time instead.
  expect(ledger.engine.claim([{ ...claim('old', '1'), endNs: commitNs }], later)).toEqual([{ kind: 'beyond', atNs: later }]);
});
