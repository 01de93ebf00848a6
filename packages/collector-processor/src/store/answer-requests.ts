import { CostspanError } from '../errors.ts';
import { readPackedFacts } from '../facts/read-packed-facts.ts';
import type { LedgerEngine } from './ledger-engine.ts';
import type { LedgerAnswer, LedgerFailure, LedgerQuestion, LedgerRequest, LedgerResponse } from './ledger-protocol.ts';
import { commitFactsMax } from './limits.ts';

type Commit = Extract<LedgerQuestion, { kind: 'commit' | 'receive' }>;

/** Answers requests in their order. Commits that follow each other share one transaction, up to a number of facts. */
export function* answerRequests(engine: LedgerEngine, requests: readonly LedgerRequest[]): Iterable<LedgerResponse> {
  for (const group of groups(requests)) yield answerGroup(engine, group);
}

/** What to tell the other side about a fault. */
export function failureOf(error: unknown): LedgerFailure {
  if (error instanceof CostspanError) return { kind: 'failed', code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', code: 'ledger-unavailable', message: `ledger: nothing was written (${message}); send it again` };
}

function groups(requests: readonly LedgerRequest[]): readonly (readonly LedgerRequest[])[] {
  const groups: LedgerRequest[][] = [];
  let facts = 0;
  for (const request of requests) {
    const { question } = request;
    const last = groups.at(-1);
    const joins = isCommit(question) && last?.[0]?.question.kind === question.kind;
    if (last !== undefined && joins && facts + question.facts <= commitFactsMax) {
      last.push(request);
      facts += question.facts;
    } else {
      groups.push([request]);
      facts = isCommit(question) ? question.facts : 0;
    }
  }
  return groups;
}

function answerGroup(engine: LedgerEngine, group: readonly LedgerRequest[]): LedgerResponse {
  const commits = group.flatMap(({ question }) => (isCommit(question) ? [question] : []));
  if (commits.length > 1) {
    const answer = attempt(() => commit(engine, commits));
    if (answer.kind !== 'failed') return group.map(({ id }) => ({ id, answer }));
  }
  // A request that cannot be committed must not take the rest of its group with it: alone, each meets its own fate.
  return group.map(({ id, question }) => ({ id, answer: attempt(() => answerOf(engine, question)) }));
}

function answerOf(engine: LedgerEngine, question: LedgerQuestion): LedgerAnswer {
  switch (question.kind) {
    case 'commit':
    case 'receive':
      return commit(engine, [question]);
    case 'claim':
      return { kind: 'claimed', claimed: engine.claim(question.claims, question.nowNs) };
    case 'record':
      return { kind: 'records', records: optionalList(engine.record(question.item)) };
    case 'outgoing':
      return { kind: 'outgoing', events: engine.outgoing.waiting(question.eventsMax) };
    case 'outgoing-sent':
      engine.markOutgoingSent(question.sequences);
      return { kind: 'done' };
    case 'dirty-records':
      return { kind: 'records', records: engine.dirtyRecords(question.recordsMax) };
    case 'mark-sent':
      engine.markSent(question.records);
      return { kind: 'done' };
    case 'close-due':
      return { kind: 'due', more: engine.closeDue(question.nowNs) };
    case 'counters':
      return { kind: 'counters', counters: engine.counters() };
    case 'close':
      engine.close();
      return { kind: 'done' };
    default:
      return question satisfies never;
  }
}

function commit(engine: LedgerEngine, commits: readonly Commit[]): LedgerAnswer {
  const nowNs = commits.at(-1)?.nowNs ?? 0n;
  const traces = commits.flatMap((question) => (question.kind === 'commit' ? readPackedFacts(question.packed) : []));
  const events = commits.flatMap((question) => (question.kind === 'receive' ? [question.events] : []));
  if (traces.length > 0) engine.commit(traces, nowNs);
  if (events.length > 0) {
    const all = {
      entries: events.flatMap(({ entries }) => entries),
      sightings: events.flatMap(({ sightings }) => sightings),
      audit: events.flatMap(({ audit }) => audit),
    };
    engine.receive(all, nowNs);
  }
  return { kind: 'done' };
}

function optionalList<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

function isCommit(question: LedgerQuestion): question is Commit {
  return question.kind === 'commit' || question.kind === 'receive';
}

function attempt(work: () => LedgerAnswer): LedgerAnswer {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
}
