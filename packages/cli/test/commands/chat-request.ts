/** An OTLP/JSON request with one chat call for a ticket; calls differ by number. */
export function chatRequest(number: number, ticket: string): string {
  const attributes = {
    'gen_ai.operation.name': { stringValue: 'chat' },
    'gen_ai.provider.name': { stringValue: 'openai' },
    'gen_ai.request.model': { stringValue: 'gpt-5' },
    'gen_ai.usage.input_tokens': { intValue: 1_000 },
    'gen_ai.usage.output_tokens': { intValue: 100 },
    'costspan.work_item.type': { stringValue: 'ticket' },
    'costspan.work_item.id': { stringValue: ticket },
  };
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: number.toString(16).padStart(16, '0'),
    name: 'chat gpt-5',
    startTimeUnixNano: '1767225600123456789',
    endTimeUnixNano: '1767225600123456790',
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}
