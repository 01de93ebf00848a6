import { type DecidedEntry, decideTrace } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { withEntries } from '../../../../ledger/test/support/with-entries.ts';
import { rewriteTraces } from '../../../src/otlp/rewrite-traces.ts';
import { createExplain } from '../../../src/stages/explain.ts';
import { testBook } from '../../stages/book.ts';
import { requestOf, type SpanSpec } from '../../stages/spans.ts';
import { loadCaptured } from './tellings.ts';

const explain = createExplain({
  rewriteTraces,
  book: testBook(),
  trust: { declaredCost: false, providerCost: false, billable: true },
  idFrom: [],
  typeFrom: [],
});

/** Entries of some spans, trace by trace. */
const entriesOf = (spans: readonly SpanSpec[]): readonly DecidedEntry[] => {
  const explained = explain(requestOf(spans), {});
  if (explained.kind === 'invalid') throw new Error(explained.problem);
  const facts = explained.spans.map(({ fact }) => fact);
  return [...Map.groupBy(facts, ({ traceId }) => traceId).values()].flatMap((trace) =>
    withEntries(decideTrace(trace, { currency: 'USD', sumsStand: true })).spans.map(({ entry }) => entry),
  );
};
const isCounted = ({ status }: DecidedEntry): boolean => status !== 'duplicate' && status !== 'aggregate';

describe('a client with several instrumentations at once', () => {
  test('OpenInference, OpenLLMetry and Langfuse in JavaScript: every answer once, as the best of them tells it', () => {
    const { billed, spans } = loadCaptured('several');
    const entries = entriesOf(spans).filter(isCounted);
    // Nobody tells the tokens of embeddings; that call stays, marked, once.
    expect(entries.map(({ usage }) => usage)).toEqual([...billed.slice(0, 3).map(({ usage }) => usage), {}]);
    expect(entries.map(({ status }) => status)).toEqual(['priced', 'estimated', 'priced', 'usage_missing']);
  });

  test('OpenInference, OpenLLMetry and the own spans of Anthropic in Python: every answer once, exactly', () => {
    const { billed, spans } = loadCaptured('several-python');
    const entries = entriesOf(spans).filter(isCounted);
    expect(entries.map(({ usage }) => usage)).toEqual(billed.map(({ usage }) => usage));
    expect(new Set(entries.map(({ status }) => status))).toEqual(new Set(['priced']));
  });

  test.each(['several', 'several-python'])('%s: any of them alone never tells more than all of them', (source) => {
    const { spans } = loadCaptured(source);
    const complete = (some: readonly SpanSpec[]): number =>
      entriesOf(some).filter((entry) => isCounted(entry) && entry.status === 'priced').length;
    const scopes = [...new Set(spans.map(({ scope = '' }) => scope))];
    const alone = scopes.map((each) => complete(spans.filter(({ scope = '' }) => scope === each || scope === 'application')));
    expect(Math.max(...alone)).toBeLessThanOrEqual(complete(spans));
  });
});

describe('attempts that an HTTP client reports below the span of a call', () => {
  const byCall = Map.groupBy(entriesOf(loadCaptured('http-attempts').spans), ({ traceId }) => traceId);
  const told = [...byCall.values()].map((entries) =>
    entries
      .map(
        ({ role, status, attempt, waste }) => `${role} ${status}${attempt ? ` ${attempt.billable}` : ''}${waste ? ' waste' : ''}`,
      )
      .sort(),
  );

  test('refused ones cost nothing, the call that was answered in the end does, and tells the request that was', () => {
    expect(told[0]).toEqual(['attempt non_billable no', 'attempt non_billable no', 'call duplicate', 'call estimated']);
  });

  test('one that was given up may have been billed: what it used is unknown, and it is waste', () => {
    expect(told[1]).toEqual(['attempt usage_missing possible waste', 'call duplicate', 'call estimated']);
  });

  test('a call that was refused for good costs nothing', () => {
    expect(told[2]).toEqual([...Array(3).fill('attempt non_billable no'), 'call non_billable']);
  });
});

test('requests that were answered: told by the call above or beside them, and calls without usage where there is none', () => {
  const entries = [...Map.groupBy(entriesOf(loadCaptured('http-answered').spans), ({ traceId }) => traceId).values()];
  const shown = entries.map((trace) =>
    trace
      .filter(({ status }) => status !== 'aggregate')
      .map(({ status, category, provider, model, normalizer }) => `${status} ${category} ${provider}/${model} ${normalizer}`)
      .sort(),
  );
  const told = ['duplicate llm openai/ http-attempt@2', 'estimated llm openai/gpt-5 langfuse@1'];
  expect(shown).toEqual([
    ['usage_missing llm openai/ http-attempt@2'],
    ['usage_missing embedding openai/ http-attempt@2'],
    told,
    told,
    ['duplicate llm openai/ http-attempt@2', 'priced llm openai/gpt-5 ai-sdk-otel@1'],
  ]);
});
