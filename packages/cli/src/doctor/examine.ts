import type { ExplainedSpan } from '@costspan/collector-processor';
import { reasonsOf, type Verdict, verdictOn } from './verdict.ts';

/** Spans of one version of one instrumentation that one dialect reads. */
export type ScopeFinding = {
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** Absent: no dialect recognises them. */
  readonly dialect?: string;
  readonly spans: number;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
};

/** Spans that have a reason in common. */
export type ReasonFinding = { readonly reason: string; readonly spans: number };

/** Spans of several instrumentations, in several traces, that carry one id of an answer: each of them is counted. */
export type PossibleDuplicate = { readonly callId: string; readonly spans: readonly ExplainedSpan[] };

/** What spans have in common. */
export type Findings = {
  /** Unknown dialects first, then those with the most spans that have no price, then by name. */
  readonly scopes: readonly ScopeFinding[];
  /** The most frequent first. */
  readonly reasons: readonly ReasonFinding[];
  /** By call id. */
  readonly possibleDuplicates: readonly PossibleDuplicate[];
  /** Cost-bearing spans whose trace state says that traces like theirs were dropped. */
  readonly sampledSpans: number;
  /** Traces that bear cost and have no span without a parent. */
  readonly tracesWithoutRoot: number;
};

/** Counts spans by instrumentation and by reason. */
export function examine(spans: readonly ExplainedSpan[]): Findings {
  const scopes = new Map<string, ScopeFinding & { spans: number; verdicts: Partial<Record<Verdict, number>> }>();
  const reasons = new Map<string, number>();
  for (const span of spans) {
    const { scopeName, scopeVersion, dialect } = span;
    const key = JSON.stringify([scopeName, scopeVersion, dialect]);
    const known = scopes.get(key);
    const scope = known ?? { scopeName, scopeVersion, ...(dialect !== undefined && { dialect }), spans: 0, verdicts: {} };
    if (known === undefined) scopes.set(key, scope);
    const verdict = verdictOn(span);
    scope.spans += 1;
    scope.verdicts[verdict] = (scope.verdicts[verdict] ?? 0) + 1;
    for (const reason of reasonsOf(span)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return {
    scopes: [...scopes.values()].sort(byNeed),
    reasons: [...reasons]
      .map(([reason, count]) => ({ reason, spans: count }))
      .sort((left, right) => right.spans - left.spans || (left.reason < right.reason ? -1 : 1)),
    possibleDuplicates: possibleDuplicates(spans),
    sampledSpans: spans.filter(({ sampled, fact }) => sampled && fact.observation !== undefined).length,
    tracesWithoutRoot: tracesWithoutRoot(spans),
  };
}

function tracesWithoutRoot(spans: readonly ExplainedSpan[]): number {
  const costly = new Set<string>();
  const rooted = new Set<string>();
  for (const { fact, decision } of spans) {
    const trace = JSON.stringify([fact.tenant, fact.traceId]);
    if (decision !== undefined) costly.add(trace);
    if (fact.parentSpanId === '') rooted.add(trace);
  }
  return [...costly].filter((trace) => !rooted.has(trace)).length;
}

/**
 * Calls that are counted in more than one trace. Nothing but their id tells that they are one, and some servers give every
 * answer the same: an instrumentation that has the id twice is no evidence.
 */
function possibleDuplicates(spans: readonly ExplainedSpan[]): readonly PossibleDuplicate[] {
  const byCall = new Map<string, ExplainedSpan[]>();
  for (const span of spans) {
    const { fact, decision } = span;
    const callId = fact.observation?.callId;
    if (callId === undefined || decision === undefined || decision.excluded !== undefined) continue;
    const key = JSON.stringify([fact.tenant, callId]);
    const call = byCall.get(key);
    if (call === undefined) byCall.set(key, [span]);
    else call.push(span);
  }
  return [...byCall.values()]
    .filter((call) => call.length > 1 && new Set(call.map(({ scopeName }) => scopeName)).size === call.length)
    .map((call) => ({ callId: call[0]?.fact.observation?.callId ?? '', spans: call }))
    .sort((left, right) => (left.callId < right.callId ? -1 : 1));
}

function byNeed(left: ScopeFinding, right: ScopeFinding): number {
  const need = (scope: ScopeFinding): readonly number[] => [
    isUnknown(scope) ? 1 : 0,
    (scope.verdicts.unpriced ?? 0) + (scope.verdicts.unidentified ?? 0),
    scope.dialect === undefined ? 0 : 1,
  ];
  const [ofLeft, ofRight] = [need(left), need(right)];
  for (const [index, value] of ofRight.entries()) {
    const difference = value - (ofLeft[index] ?? 0);
    if (difference !== 0) return difference;
  }
  const name = ({ scopeName, scopeVersion, dialect = '' }: ScopeFinding): string => `${scopeName}\n${scopeVersion}\n${dialect}`;
  return name(left) < name(right) ? -1 : 1;
}

/** Whether a dialect was noticed that nobody knows how to read. */
function isUnknown({ dialect }: ScopeFinding): boolean {
  return dialect?.startsWith('unknown@') === true;
}
