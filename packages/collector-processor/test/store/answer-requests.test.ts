import { expect, test } from 'vitest';
import { fact, hex } from '../../../ledger/test/support/facts.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { answerRequests } from '../../src/store/answer-requests.ts';
import type { LedgerEngine } from '../../src/store/ledger-engine.ts';
import type { LedgerQuestion, LedgerRequest } from '../../src/store/ledger-protocol.ts';

/** Stands for SQLite refusing: an engine whose transactions fail when they hold what cannot be written. */
function engineThatRefuses(traceId: string): { readonly engine: LedgerEngine; readonly commits: string[][] } {
  const commits: string[][] = [];
  const engine: LedgerEngine = {
    commit: (traces) => {
      if (traces.some((trace) => trace.traceId === hex(traceId, 32))) throw new Error('database or disk is full');
      commits.push(traces.map((trace) => Buffer.from(trace.traceId, 'hex').toString().replaceAll('\0', '')));
    },
    receive: () => {},
    claim: () => [],
    record: () => undefined,
    outgoing: { waiting: () => [] },
    markOutgoingSent: () => {},
    dirtyRecords: () => [],
    markSent: () => {},
    closeDue: () => false,
    counters: () => ({
      late_spans: 0,
      spans_beyond_retention: 0,
      spans_beyond_trace: 0,
      telemetry_after_close: 0,
      events_beyond_retention: 0,
      traces_without_root: 0,
    }),
    close: () => {},
  };
  return { engine, commits };
}

const commit = (trace: string, facts = 1): LedgerQuestion => ({
  kind: 'commit',
  packed: packFacts([fact({ span: 'a', trace })]).bytes,
  facts,
  nowNs: 0n,
});
const ask = (...questions: readonly LedgerQuestion[]): readonly LedgerRequest[] =>
  questions.map((question, index) => ({ id: index + 1, question }));

test('commits that follow each other share one transaction', () => {
  const { engine, commits } = engineThatRefuses('none');
  const responses = [...answerRequests(engine, ask(commit('a'), commit('b'), { kind: 'counters' }, commit('c')))];
  expect(commits).toEqual([['a', 'b'], ['c']]);
  expect(responses.map((response) => response.map(({ id, answer }) => `${id} ${answer.kind}`))).toEqual([
    ['1 done', '2 done'],
    ['3 counters'],
    ['4 done'],
  ]);
});

test('a transaction takes no more facts than its bound, unless one request alone has more', () => {
  const { engine, commits } = engineThatRefuses('none');
  expect([...answerRequests(engine, ask(commit('a', 2000), commit('b', 49), commit('c', 5000), commit('d', 1)))]).toHaveLength(4);
  expect(commits).toEqual([['a'], ['b'], ['c'], ['d']]);
  commits.length = 0;
  expect([...answerRequests(engine, ask(commit('a', 2000), commit('b', 48)))]).toHaveLength(1);
  expect(commits).toEqual([['a', 'b']]);
});

test('a request that cannot be written is refused alone; those it would have shared a transaction with are written', () => {
  const { engine, commits } = engineThatRefuses('bad');
  const [response] = [...answerRequests(engine, ask(commit('a'), commit('bad'), commit('c')))];
  expect(commits).toEqual([['a'], ['c']]);
  expect(response?.map(({ answer }) => answer)).toEqual([
    { kind: 'done' },
    {
      kind: 'failed',
      code: 'ledger-unavailable',
      message: 'ledger: nothing was written (database or disk is full); send it again',
    },
    { kind: 'done' },
  ]);
});
