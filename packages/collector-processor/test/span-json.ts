/** A span as OTLP/JSON writes it, as far as these tests need it. */
export type SpanJson = {
  readonly name: string;
  readonly spanId: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** A millisecond after the start each. */
  readonly events?: readonly { readonly name: string; readonly attributes: Readonly<Record<string, string | number>> }[];
};

const startNs = 1_767_225_600_123_456_789n;

/** A trace request with these spans in one trace. */
export function requestOf(spans: readonly SpanJson[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] },
        scopeSpans: [
          {
            scope: { name: 'test', version: '1.0' },
            spans: spans.map(({ name, spanId, attributes = {}, events = [] }) => ({
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId,
              name,
              kind: 3,
              startTimeUnixNano: String(startNs),
              endTimeUnixNano: String(startNs + 1_000_000n),
              attributes: attributesJson(attributes),
              events: events.map((event) => ({
                name: event.name,
                timeUnixNano: String(startNs + 1_000_000n),
                attributes: attributesJson(event.attributes),
              })),
            })),
          },
        ],
      },
    ],
  };
}

function attributesJson(attributes: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));
}

/** A chat call of 1,000 input and 100 output tokens for a ticket. */
export function chatSpan(
  number: number,
  ticket: string,
  model = 'gpt-5',
  more: Readonly<Record<string, string | number>> = {},
): SpanJson {
  return {
    name: `chat ${model}`,
    spanId: number.toString(16).padStart(16, '0'),
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 1_000,
      'gen_ai.usage.output_tokens': 100,
      'costspan.work_item.type': 'ticket',
      'costspan.work_item.id': ticket,
      ...more,
    },
  };
}
