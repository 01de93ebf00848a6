import type { ExplainedSpan } from '@costspan/collector-processor';
import { answerOf } from '../prices/price-answer.ts';
import { examine } from './examine.ts';
import { explainReason } from './explain-reason.ts';
import { reasonsOf, verdictOn } from './verdict.ts';

/**
 * Explanations as JSON lines: an object of kind `span` for every span, then one of kind `scope` for every instrumentation and
 * one of kind `reason` for every reason, one of kind `possible_duplicate` for every answer that is counted in several traces,
 * and one of kind `incomplete_input` where spans seem to be missing.
 * Amounts are exact decimal text.
 */
export function* doctorJsonLines(spans: readonly ExplainedSpan[]): Iterable<string> {
  for (const span of spans) yield `${JSON.stringify(spanJson(span))}\n`;
  const { scopes, reasons, possibleDuplicates, sampledSpans, tracesWithoutRoot } = examine(spans);
  for (const { scopeName, scopeVersion, dialect, spans: count, verdicts } of scopes) {
    const scope = { name: scopeName, version: scopeVersion };
    yield `${JSON.stringify({ kind: 'scope', scope, ...(dialect !== undefined && { dialect }), spans: count, verdicts })}\n`;
  }
  for (const { reason, spans: count } of reasons) {
    yield `${JSON.stringify({ kind: 'reason', reason, means: explainReason(reason), spans: count })}\n`;
  }
  for (const { callId, spans: same } of possibleDuplicates) {
    const places = same.map(({ fact, scopeName }) => ({ trace_id: fact.traceId, span_id: fact.spanId, scope: scopeName }));
    yield `${JSON.stringify({ kind: 'possible_duplicate', call_id: callId, spans: places })}\n`;
  }
  if (sampledSpans + tracesWithoutRoot > 0) {
    const missing = { sampled_spans: sampledSpans, traces_without_root: tracesWithoutRoot };
    yield `${JSON.stringify({ kind: 'incomplete_input', ...missing })}\n`;
  }
}

function spanJson(span: ExplainedSpan): Readonly<Record<string, unknown>> {
  const { fact, dialect, read, decision, scopeName, scopeVersion, where } = span;
  return {
    kind: 'span',
    where,
    trace_id: fact.traceId,
    span_id: fact.spanId,
    ...(fact.parentSpanId !== '' && { parent_span_id: fact.parentSpanId }),
    name: fact.name,
    scope: { name: scopeName, version: scopeVersion },
    verdict: verdictOn(span),
    reasons: reasonsOf(span),
    ...(dialect !== undefined && { dialect }),
    read: read.map(({ key, readAs, value }) => ({ key, ...(readAs !== undefined && { as: readAs }), value })),
    ...observationJson(fact.observation),
    ...(decision !== undefined && decisionJson(decision)),
    ...(fact.itemProblem !== undefined && { item_problem: fact.itemProblem }),
  };
}

function observationJson(observation: ExplainedSpan['fact']['observation']): Readonly<Record<string, unknown>> {
  if (observation === undefined) return {};
  const { entryId, role, category, provider, model, callId, usage, receipt, waste } = observation;
  return {
    entry_id: entryId,
    role,
    category,
    provider,
    model,
    ...(callId !== undefined && { call_id: callId }),
    usage,
    waste,
    price: answerOf({}, receipt),
  };
}

function decisionJson(decision: NonNullable<ExplainedSpan['decision']>): Readonly<Record<string, unknown>> {
  const { item, itemSource, unattributedReason, excluded } = decision;
  return {
    ...(item !== undefined && { item, item_source: itemSource }),
    ...(unattributedReason !== undefined && { unattributed_reason: unattributedReason }),
    ...(excluded?.status === 'duplicate' && { duplicate_of: excluded.duplicateOf }),
  };
}
