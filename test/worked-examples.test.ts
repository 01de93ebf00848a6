import { join } from 'node:path';
import { openLedgerReader } from '@costspan/collector-processor';
import { countedItem, reportByType, type TypeReport } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { type Attributes, hex, otlpAttributes, type PlannedSpan } from './support/random-traces.ts';
import { sendSpans, startService, type TestServiceOptions, temporaryFolder } from './support/test-service.ts';

// The worked examples of the documentation, through the whole pipeline: spans over a socket, prices from a book, ledger, report.

/** $0.10 a million input tokens. */
const llmCall = (inputTokens: number): Attributes => ({
  'costspan.role': 'call',
  'costspan.category': 'llm',
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'worked-example',
  'costspan.usage.input_text_tokens': inputTokens,
});

/** A try that was billed and did not answer. */
const billedAttempt = (inputTokens: number): Attributes => ({
  ...llmCall(inputTokens),
  'costspan.role': 'attempt',
  'costspan.attempt.number': 1,
  'costspan.attempt.billable': 'yes',
});

/** $1.00 a million tokens. */
const lookup = (tokens: number): Attributes => ({
  'costspan.category': 'embedding',
  'costspan.sku': 'test/embedding',
  'costspan.usage.input_text_tokens': tokens,
});

/** $48.00 an hour. */
const review = (touchMs: number): Attributes => ({
  'costspan.role': 'handoff',
  'costspan.category': 'human',
  'costspan.handoff.state': 'completed',
  'costspan.human.role': 'reviewer',
  'costspan.human.touch_ms': touchMs,
});

/** $0.02 a call. */
const integration: Attributes = {
  'costspan.role': 'tool',
  'costspan.category': 'tool',
  'costspan.sku': 'test/refund',
  'costspan.usage.tool_calls': 1,
};

/** $0.001 a span. */
const telemetry = (spans: number): Attributes => ({
  'costspan.category': 'observability',
  'costspan.sku': 'test/telemetry',
  'costspan.usage.telemetry_spans': spans,
});

test('a ticket of $0.82: shares sum to 100.00, the failed retry is waste inside the llm category', async () => {
  const [ticket] = await reportOf(
    workItem(1, 'ticket', 'resolved', [
      ...Array.from({ length: 5 }, () => llmCall(360_000)), // 5 x 0.036 = 0.18
      billedAttempt(200_000), // 0.02
      lookup(30_000), // 0.03 + 0.03 + 0.02 = 0.08
      lookup(30_000),
      lookup(20_000),
      review(33_750), // 48.00 x 33,750 / 3,600,000 = 0.45
      integration, // 3 x 0.02 = 0.06
      integration,
      integration,
      telemetry(30), // 30 x 0.001 = 0.03
    ]),
  );
  expect(ticket && amountsOf(ticket)).toEqual({
    total: '0.82',
    waste: '0.02',
    byCategory: { llm: '0.2', embedding: '0.08', human: '0.45', tool: '0.06', observability: '0.03' },
  });
  expect(ticket?.shares).toEqual({
    byCategory: { llm: '24.39', embedding: '9.75', human: '54.88', tool: '7.32', observability: '3.66' },
    visible: '24.39',
    hidden: '75.61',
    waste: '2.44',
  });
  expect(ticket?.perCompletedPico && formatPico(ticket.perCompletedPico)).toBe('0.82');
});

test('claims of $5.00, one in five reviewed at $8.00, cost $6.60 each', async () => {
  const claims = Array.from({ length: 10 }, (_, index) =>
    workItem(index + 1, 'claim', 'processed', [
      llmCall(50_000_000), // 5.00
      ...(index % 5 === 0 ? [review(600_000)] : []), // 48.00 x 10 / 60 = 8.00
    ]),
  );
  const [claim] = await reportOf(claims.flat());
  expect(claim && amountsOf(claim)).toEqual({ total: '66', waste: '0', byCategory: { llm: '50', human: '16' } });
  expect(claim?.completed).toBe(10);
  expect(claim?.perCompletedPico && formatPico(claim.perCompletedPico)).toBe('6.6');
});

test('a ticket pays for its own telemetry: 30 spans at $0.001 each are $0.03 of its $0.21', async () => {
  const calls = Array.from({ length: 29 }, () => llmCall(0));
  const [ticket] = await reportOf(workItem(1, 'ticket', 'resolved', [llmCall(1_800_000), ...calls.slice(1)]), {
    telemetrySku: 'test/telemetry',
  });
  expect(ticket && amountsOf(ticket)).toEqual({
    total: '0.21',
    waste: '0',
    byCategory: { llm: '0.18', observability: '0.03' },
  });
});

/** A trace whose root names the work item and its outcome, with one span for each cost. */
function workItem(number: number, type: string, outcome: string, costs: readonly Attributes[]): readonly PlannedSpan[] {
  const root = hex(number * 100, 16);
  const span = (index: number, attributes: Attributes): PlannedSpan => ({
    scope: '@costspan/sdk',
    traceId: hex(number, 32),
    spanId: hex(number * 100 + index, 16),
    parentSpanId: index === 0 ? '' : root,
    name: `span ${index}`,
    kind: 3,
    startTimeUnixNano: '1780315200000000000',
    endTimeUnixNano: '1780315201000000000',
    attributes: otlpAttributes(attributes),
    status: { code: attributes['costspan.role'] === 'attempt' ? 2 : 0 },
  });
  const identity = { 'costspan.work_item.id': `${type}-${number}`, 'costspan.work_item.type': type };
  return [
    span(0, { ...identity, 'costspan.work_item.outcome': outcome }),
    ...costs.map((attributes, index) => span(index + 1, { ...identity, ...attributes })),
  ];
}

function amountsOf({ sums }: TypeReport): unknown {
  return {
    total: formatPico(sums.totalPico),
    waste: formatPico(sums.wastePico),
    byCategory: Object.fromEntries(
      Object.entries(sums.byCategory).map(([category, sum]) => [category, formatPico(sum.amountPico)]),
    ),
  };
}

async function reportOf(spans: readonly PlannedSpan[], options: TestServiceOptions = {}): Promise<readonly TypeReport[]> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  const service = await startService(file, options);
  await sendSpans(service.url, spans);
  await service.close();
  const reader = openLedgerReader(file);
  try {
    const completed = { ticket: ['resolved'], claim: ['processed'] };
    const counted = reader.itemsInWindow({ basis: 'usage' }).map(({ record: { item, outcome }, sums }) =>
      countedItem(
        {
          ...{ type: item.type, sums },
          ...(outcome !== undefined && { outcome: outcome.value }),
          dimensionOf: (key) => reader.dimensionsOf(item)[key],
        },
        { completed },
      ),
    );
    return reportByType(counted, completed);
  } finally {
    reader.close();
  }
}
