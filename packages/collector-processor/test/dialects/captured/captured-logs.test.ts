import { decideTrace, type SpanFact } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { withEntries } from '../../../../ledger/test/support/with-entries.ts';
import { costFactsOf, readPackedFacts } from '../../../src/facts/read-packed-facts.ts';
import { rewriteTraces } from '../../../src/otlp/rewrite-traces.ts';
import { visitLogRecords } from '../../../src/otlp/visit-log-records.ts';
import { createExplain } from '../../../src/stages/explain.ts';
import { createMeterLogs } from '../../../src/stages/meter-logs.ts';
import { testBook } from '../../stages/book.ts';
import { logsRequestOf } from '../../stages/log-records.ts';
import { requestOf } from '../../stages/spans.ts';
import { loadCaptured } from './tellings.ts';

const options = {
  book: testBook(),
  trust: { declaredCost: false, providerCost: false, billable: false },
  idFrom: ['conversation.id', 'session.id'],
  typeFrom: [],
};
const meterLogs = createMeterLogs({ ...options, visitLogRecords });
const explain = createExplain({ ...options, rewriteTraces });

const factsOfLogs = (logs: Parameters<typeof logsRequestOf>[0]): readonly SpanFact[] => {
  const metered = meterLogs(logsRequestOf(logs), {});
  return metered === undefined ? [] : readPackedFacts(metered.facts.bytes).flatMap(costFactsOf);
};
const factsOfSpans = (source: string): readonly SpanFact[] => {
  const explained = explain(requestOf(loadCaptured(source).spans), {});
  if (explained.kind === 'invalid') throw new Error(explained.problem);
  return explained.spans.map(({ fact }) => fact);
};

/** What counts of facts, trace by trace: usage, status and reasons. */
const counted = (facts: readonly SpanFact[]): readonly unknown[] =>
  [...Map.groupBy(facts, ({ traceId }) => traceId).values()].flatMap((trace) =>
    withEntries(decideTrace(trace, { currency: 'USD', sumsStand: true })).spans.flatMap(({ entry }) =>
      entry.status === 'duplicate' || entry.status === 'aggregate' || entry.status === 'non_billable'
        ? []
        : [{ usage: entry.usage, model: entry.model, provider: entry.provider, status: entry.status, item: entry.item?.id }],
    ),
  );

const exactClaude = {
  usage: loadCaptured('claude-code').billed[0]?.usage,
  model: 'claude-sonnet-5',
  provider: 'anthropic',
  status: 'priced',
};
const { 'event.timestamp': _at, ...claudeRequest } =
  loadCaptured('claude-code').logs?.find(({ body }) => body === 'claude_code.api_request')?.attributes ?? {};

describe('log events of Claude Code', () => {
  const { logs = [], billed } = loadCaptured('claude-code');

  test('tell every count of every request, with the lifetimes of cache writes', () => {
    expect(counted(factsOfLogs(logs))).toEqual([{ ...exactClaude, item: claudeRequest['session.id'] }]);
    expect(billed).toHaveLength(1);
  });

  test('count once beside its spans, as the event tells it', () => {
    expect(counted([...factsOfSpans('claude-code'), ...factsOfLogs(logs)])).toEqual([
      { ...exactClaude, item: claudeRequest['session.id'] },
    ]);
  });

  test('are not needed where its spans come alone', () => {
    expect(counted(factsOfSpans('claude-code'))).toMatchObject([
      { usage: { input_text_tokens: 49, input_cache_write_other_tokens: 6000, output_text_tokens: 550 }, status: 'estimated' },
    ]);
  });
});

describe('log events of Codex CLI', () => {
  const { logs = [], billed } = loadCaptured('codex');
  const exact = { usage: billed[0]?.usage, model: 'gpt-5', provider: 'openai', status: 'estimated' };
  const conversation = logs.find(({ attributes }) => 'input_token_count' in attributes)?.attributes['conversation.id'];

  test('tell every count of every answer, and that the provider is inferred', () => {
    expect(counted(factsOfLogs(logs))).toEqual([{ ...exact, item: conversation }]);
    expect(billed).toHaveLength(1);
  });

  test('count once beside its spans, whose turns are sums', () => {
    expect(counted([...factsOfSpans('codex'), ...factsOfLogs(logs)])).toMatchObject([exact]);
  });

  test('are stood for by the sums of its turns where spans come alone', () => {
    expect(counted(factsOfSpans('codex'))).toMatchObject([exact]);
  });
});

describe('any log event', () => {
  const { logs = [] } = loadCaptured('claude-code');

  test('that is sent again, alone or with others, is the same call', () => {
    const once = factsOfLogs(logs);
    expect(factsOfLogs([...logs, ...logs])).toEqual([...once, ...once]);
    expect(factsOfLogs(logs.filter(({ body }) => body === 'claude_code.api_request'))).toEqual(once);
  });

  test('that stands in no trace has one of its own, which follows from what it says', () => {
    const untraced = logs.map((log) => ({ ...log, traceId: '', spanId: '' }));
    const [fact] = factsOfLogs(untraced);
    expect(fact).toMatchObject({ parentSpanId: '', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(factsOfLogs(untraced)[0]).toEqual(fact);
    const other = untraced.map((log) => ({ ...log, attributes: { ...log.attributes, 'event.sequence': 99 } }));
    expect(factsOfLogs(other)[0]?.traceId).not.toBe(fact?.traceId);
  });

  test('starts as long before it was written as its call took', () => {
    const [fact] = factsOfLogs(logs);
    expect((fact?.endNs ?? 0n) - (fact?.startNs ?? 0n)).toBe(BigInt(Number(claudeRequest['duration_ms'])) * 1_000_000n);
  });

  test('that tells no usage is not read', () => {
    expect(meterLogs(logsRequestOf(logs.filter(({ body }) => body !== 'claude_code.api_request')), {})).toBeUndefined();
  });

  test('with counts that are impossible is invalid, not priced', () => {
    const wrong = logs.map((log) => ({ ...log, attributes: { ...log.attributes, input_tokens: -1 } }));
    const metered = meterLogs(logsRequestOf(wrong), {});
    expect(metered).toMatchObject({ pricedCount: 0, unpriced: { 'count-malformed': 1 } });
  });
});
