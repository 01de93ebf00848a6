import { hex, otlpAttributes } from '../../test/support/random-traces.ts';

/** Noon of 2026-06-01 UTC. */
const baseNs = 1_780_315_200_000_000_000n;

/** Cost of one conversation below at the list prices of gpt-4o-mini on that day: 1,000 tokens in, 100 out. */
export const conversationCost = '0.00021';

type Span = {
  readonly scope: string;
  readonly number: number;
  readonly parent?: number;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed?: boolean;
};

/**
 * Conversations of agents with customers, one trace and one OTLP/JSON request each: a web framework around it that costs
 * nothing, the agent's own span, which names one of ten tickets, and one call of a model below it.
 */
export function conversations(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const ticket = `T-${index % 10}`;
    const item = { 'costspan.work_item.type': 'ticket', 'costspan.work_item.id': ticket };
    const chat = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.id': `chatcmpl-${index}`,
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 100,
    };
    const spans: readonly Span[] = [
      { scope: '@opentelemetry/instrumentation-express', number: 1, name: 'middleware - router', attributes: {} },
      { scope: 'support-agent', number: 2, name: 'answer ticket', attributes: item },
      { scope: 'support-agent', number: 3, parent: 2, name: 'chat gpt-4o-mini', attributes: chat, failed: index % 20 === 0 },
    ];
    return JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: otlpAttributes({ 'service.name': 'support-agent' }) },
          scopeSpans: spans.map((span) => ({ scope: { name: span.scope }, spans: [otlpSpan(span, index)] })),
        },
      ],
    });
  });
}

function otlpSpan({ number, parent, name, attributes, failed }: Span, trace: number): object {
  const startNs = baseNs + BigInt(trace) * 1_000_000_000n;
  return {
    traceId: hex(trace + 1, 32),
    spanId: hex(trace * 10 + number, 16),
    parentSpanId: parent === undefined ? '' : hex(trace * 10 + parent, 16),
    name,
    kind: 1,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(startNs + 500_000_000n),
    attributes: otlpAttributes(attributes),
    status: { code: failed === true ? 2 : 0 },
  };
}
