import { type Attributes, hex, otlpAttributes } from '../../test/support/random-traces.ts';

/** Noon of 2026-06-01 UTC. */
const baseNs = 1_780_315_200_000_000_000n;

const call = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.usage.input_tokens': 1_000,
  'gen_ai.usage.output_tokens': 100,
  'gen_ai.agent.name': 'support',
};

/** What a work item goes through, some of everything that the metrics tell apart. */
const kinds: ReadonlyArray<{ readonly failed?: true; readonly attributes: (ticket: string) => Attributes }> = [
  { attributes: (id) => ({ ...call, ...item(id), 'costspan.work_item.outcome': 'resolved' }) },
  { attributes: (id) => ({ ...call, ...item(`${id}-e`), 'costspan.work_item.outcome': 'escalated' }) },
  { attributes: (id) => ({ ...call, ...item(`${id}-o`), 'gen_ai.agent.name': 'triage' }) },
  // The call failed after it was paid for.
  { failed: true, attributes: (id) => ({ ...call, ...item(id), 'error.type': 'timeout' }) },
  { attributes: (id) => ({ ...call, ...item(id), 'gen_ai.request.model': 'a-model-nobody-knows' }) },
  // A model call in words of its own.
  { attributes: (id) => ({ ...item(id), 'llm.token_count.total': 12, 'llm.model': 'gpt-4o-mini' }) },
  // Nobody said whose it is.
  { attributes: () => call },
];

function item(id: string): Attributes {
  return { 'costspan.work_item.type': 'ticket', 'costspan.work_item.id': id };
}

/** An OTLP/JSON request with one trace of each kind; `round` makes it different from the others. */
export function variedRequest(round: number): string {
  const spans = kinds.map(({ attributes, failed }, index) => {
    const number = round * kinds.length + index + 1;
    const startNs = baseNs + BigInt(number) * 1_000_000n;
    return {
      traceId: hex(number, 32),
      spanId: hex(number, 16),
      name: 'chat',
      kind: 3,
      startTimeUnixNano: String(startNs),
      endTimeUnixNano: String(startNs + 500_000n),
      attributes: otlpAttributes(attributes(`T-${round}`)),
      status: { code: failed === true ? 2 : 0 },
    };
  });
  const resource = { attributes: otlpAttributes({ 'service.name': 'support-agent' }) };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'home-made', version: '1' }, spans }] }] });
}
