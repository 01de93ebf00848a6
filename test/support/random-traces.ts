import fc from 'fast-check';

/** A span as OTLP/JSON writes it, with the scope it comes from. */
export type PlannedSpan = {
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status: { readonly code: number };
};

type OtlpAttribute = { readonly key: string; readonly value: Readonly<Record<string, string | number | boolean>> };
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** Noon of 2026-06-01 UTC: inside the dates of the price rows the tests use. */
const baseNs = 1_780_315_200_000_000_000n;
const secondNs = 1_000_000_000n;

const items = [
  { id: 'T-1', type: 'ticket' },
  { id: 'T-2', type: 'ticket' },
  { id: 'C-1', type: 'claim' },
] as const;

/** What a span of the plan is about: everything that the ledger treats differently. */
const kind = fc.constantFrom(
  'plain',
  'names-item',
  'llm',
  'llm-unknown-model',
  'attempt-possible',
  'attempt-unbilled',
  'tool',
  'vector',
  'human',
  'aggregate',
  'failed',
);

type Node = {
  readonly kind:
    | 'plain'
    | 'names-item'
    | 'llm'
    | 'llm-unknown-model'
    | 'attempt-possible'
    | 'attempt-unbilled'
    | 'tool'
    | 'vector'
    | 'human'
    | 'aggregate'
    | 'failed';
  readonly parent: number;
  readonly item: number;
  readonly ownItem: boolean;
  readonly count: number;
  readonly responseId: number;
  readonly outcome: number;
};

const node: fc.Arbitrary<Node> = fc.record({
  kind,
  parent: fc.nat(8),
  item: fc.nat(items.length - 1),
  ownItem: fc.boolean(),
  count: fc.integer({ min: 1, max: 100_000 }),
  responseId: fc.nat(40),
  outcome: fc.nat(5),
});

/** A few traces of a few spans each: trees with missing parents, work items named in some places, all roles. */
export const plannedSpans: fc.Arbitrary<readonly PlannedSpan[]> = fc
  .array(fc.array(node, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 })
  .map((traces) => traces.flatMap((nodes, trace) => nodes.map((each, index) => plan(each, trace, index))));

function plan(each: Node, trace: number, index: number): PlannedSpan {
  const start = baseNs + BigInt(trace * 100 + index) * secondNs;
  const item = items[each.item] ?? items[0];
  const identity: Attributes =
    each.ownItem || each.kind === 'names-item' ? { 'costspan.work_item.id': item.id, 'costspan.work_item.type': item.type } : {};
  const outcome: Attributes =
    each.outcome === 0 && each.ownItem ? { 'costspan.work_item.outcome': index % 2 === 0 ? 'resolved' : 'escalated' } : {};
  return {
    scope: each.kind === 'aggregate' ? 'an-agent-framework' : '@costspan/sdk',
    traceId: hex(trace + 1, 32),
    spanId: hex((trace + 1) * 1000 + index + 1, 16),
    parentSpanId: parentId(each, trace, index),
    name: each.kind,
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + secondNs),
    attributes: otlpAttributes({ ...identity, ...outcome, ...costAttributes(each) }),
    status: { code: each.kind === 'failed' ? 2 : 0 },
  };
}

/** The first span is the root; a parent above the span's own index is a span that never arrives. */
function parentId(each: Node, trace: number, index: number): string {
  if (index === 0) return '';
  return each.parent < index ? hex((trace + 1) * 1000 + each.parent + 1, 16) : hex(900_000 + index, 16);
}

function costAttributes(each: Node): Attributes {
  const llm: Attributes = {
    'costspan.role': 'call',
    'costspan.category': 'llm',
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.response.id': `response-${each.responseId}`,
    'costspan.usage.input_text_tokens': each.count,
    'costspan.usage.output_text_tokens': each.count % 97,
  };
  switch (each.kind) {
    case 'plain':
    case 'names-item':
      return {};
    case 'llm':
    case 'failed':
      return llm;
    case 'llm-unknown-model':
      return { ...llm, 'gen_ai.request.model': 'a-model-nobody-has-heard-of' };
    case 'attempt-possible':
      return { ...llm, 'costspan.role': 'attempt', 'costspan.attempt.number': 1, 'costspan.attempt.billable': 'possible' };
    case 'attempt-unbilled':
      return { ...llm, 'costspan.role': 'attempt', 'costspan.attempt.number': 1, 'costspan.attempt.billable': 'no' };
    case 'tool':
      return {
        'costspan.role': 'tool',
        'costspan.category': 'tool',
        'costspan.sku': 'test/refund',
        'costspan.usage.tool_calls': 1,
      };
    case 'vector':
      return { 'costspan.category': 'vector', 'costspan.sku': 'test/query', 'costspan.usage.vector_queries': each.count };
    case 'human':
      return {
        'costspan.role': 'handoff',
        'costspan.category': 'human',
        'costspan.handoff.state': 'completed',
        'costspan.human.role': 'reviewer',
        'costspan.human.touch_ms': each.count,
      };
    case 'aggregate':
      return {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.provider.name': 'openai',
        'gen_ai.usage.input_tokens': each.count,
        'gen_ai.usage.output_tokens': 5,
      };
  }
}

/** Attributes as OTLP/JSON writes them; numbers are integers. */
export function otlpAttributes(attributes: Attributes): readonly OtlpAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'number'
        ? { intValue: String(value) }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : { stringValue: value },
  }));
}

/** A number as hex digits, padded: trace and span identifiers. */
export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** An ExportTraceServiceRequest in OTLP/JSON with these spans, grouped by scope in order of appearance. */
export function traceRequest(spans: readonly PlannedSpan[]): string {
  const byScope = Map.groupBy(spans, ({ scope }) => scope);
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: otlpAttributes({ 'service.name': 'order-test' }) },
        scopeSpans: [...byScope].map(([name, members]) => ({
          scope: { name },
          spans: members.map(({ scope: _, ...span }) => span),
        })),
      },
    ],
  });
}

/** The same spans in another order, cut into batches, some batches sent more than once. */
export const deliveries = (spans: readonly PlannedSpan[]): fc.Arbitrary<ReadonlyArray<readonly PlannedSpan[]>> =>
  fc
    .record({
      order: fc.shuffledSubarray([...spans], { minLength: spans.length, maxLength: spans.length }),
      cuts: fc.array(fc.boolean(), { minLength: spans.length, maxLength: spans.length }),
      repeats: fc.array(fc.nat(30), { maxLength: 4 }),
    })
    .map(({ order, cuts, repeats }) => {
      const batches: PlannedSpan[][] = [[]];
      order.forEach((span, index) => {
        if (cuts[index] === true && batches.at(-1)?.length !== 0) batches.push([]);
        batches.at(-1)?.push(span);
      });
      return [...batches, ...repeats.map((at) => batches[at % batches.length] ?? [])];
    });
