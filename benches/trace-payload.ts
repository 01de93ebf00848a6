import { encodeWithOracle } from '../packages/collector-processor/test/otlp/proto.ts';

/** What the traces of a request look like. */
export type TraceShape = {
  /** Spans of a trace that bear no cost, its root among them. */
  readonly plainSpans: number;
  /** Model calls of a trace. */
  readonly modelCalls: number;
  /** Work items the traces are spread over, one trace after the other. */
  readonly items: number;
  /** Which spans name the item: all of them, as the SDK's span processor does, the root alone, or none. */
  readonly named: 'all' | 'root' | 'none';
};

type Attribute = { key: string; value: Record<string, unknown> };

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const int = (key: string, value: number): Attribute => ({ key, value: { intValue: value } });
const double = (key: string, value: number): Attribute => ({ key, value: { doubleValue: value } });
const bool = (key: string, value: boolean): Attribute => ({ key, value: { boolValue: value } });

const firstStartNs = 1_767_225_600_000_000_000n;

/** An ExportTraceServiceRequest of whole traces, numbered from `firstTrace`: the same numbers give the same bytes. */
export function createTraceRequest(traceCount: number, firstTrace: number, shape: TraceShape): Buffer {
  const spans = Array.from({ length: traceCount }, (_, index) => spansOf(firstTrace + index, shape)).flat();
  const scopes: ReadonlyArray<readonly [name: string, isOf: (span: BenchSpan) => boolean]> = [
    ['@opentelemetry/instrumentation-openai', ({ isModelCall }) => isModelCall],
    ['@opentelemetry/instrumentation-http', ({ isModelCall }) => !isModelCall],
  ];
  return encodeWithOracle('ExportTraceServiceRequest', {
    resourceSpans: [
      {
        resource: {
          attributes: [
            text('service.name', 'support-agent'),
            text('service.version', '2.14.0'),
            text('service.instance.id', '5f1c0c8e-6f0e-4d0b-8a52-000000000001'),
            text('deployment.environment.name', 'production'),
            text('telemetry.sdk.language', 'nodejs'),
            text('telemetry.sdk.version', '2.12.1'),
            text('host.name', 'ip-10-0-1-17.eu-central-1.compute.internal'),
          ],
        },
        scopeSpans: scopes.map(([name, isOf]) => ({
          scope: { name, version: '0.9.0' },
          spans: spans.filter(isOf).map(({ span }) => span),
        })),
      },
    ],
  });
}

type BenchSpan = { readonly isModelCall: boolean; readonly span: Record<string, unknown> };

function spansOf(trace: number, { plainSpans, modelCalls, items, named }: TraceShape): readonly BenchSpan[] {
  const item = trace % items;
  return Array.from({ length: plainSpans + modelCalls }, (_, index): BenchSpan => {
    const isRoot = index === 0;
    const isModelCall = index >= plainSpans;
    const isNamed = named === 'all' || (named === 'root' && isRoot);
    const start = firstStartNs + BigInt(trace) * 1_000_003n + BigInt(index) * 50_000_000n;
    const attributes = isModelCall ? modelCall(trace * 64 + index) : plainSpan(index);
    return {
      isModelCall,
      span: {
        traceId: bytes(trace, 0, 16),
        spanId: bytes(trace, index + 1, 8),
        ...(isRoot ? {} : { parentSpanId: bytes(trace, isModelCall ? Math.min(2, plainSpans) : Math.ceil(index / 2), 8) }),
        name: isModelCall ? 'chat gpt-5' : isRoot ? 'POST /tickets/:id/turns' : 'GET',
        kind: isRoot ? 2 : 3,
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + 1_234_567_891n),
        attributes: isNamed ? [...itemOf(item), ...attributes] : attributes,
        status: {},
        flags: 257,
      },
    };
  });
}

/** Ids that look random and are not: bytes of a mixed counter. */
function bytes(trace: number, span: number, count: number): string {
  const id = Buffer.alloc(count);
  let state = Math.imul(trace + 1, 0x9e37_79b1) ^ Math.imul(span + 1, 0x85eb_ca6b);
  for (let index = 0; index < count; index += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d);
    state = (state + 0x6d2b_79f5) | 0;
    id[index] = (state >>> 13) | (index === count - 1 ? 1 : 0);
  }
  id.writeUInt32BE(trace, count - 8);
  return id.toString('base64');
}

function itemOf(item: number): readonly Attribute[] {
  return [
    text('costspan.work_item.id', `TICKET-2026-${String(item).padStart(7, '0')}`),
    text('costspan.work_item.type', 'support_ticket'),
    text('costspan.dimension.team', 'support-emea'),
  ];
}

function plainSpan(index: number): readonly Attribute[] {
  return [
    text('http.request.method', index === 0 ? 'POST' : 'GET'),
    text('url.full', 'https://crm.internal.example.com/v1/customers/0195f3c2-7a44-7c3e-9d11-000000104729?expand=orders'),
    text('url.scheme', 'https'),
    text('server.address', 'crm.internal.example.com'),
    int('server.port', 443),
    int('http.response.status_code', 200),
    text('network.peer.address', '10.0.17.211'),
    int('network.peer.port', 443),
    text('network.protocol.name', 'http'),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', 'node/24.21.0 (linux; x64) undici/7.12.0'),
    text('code.function.name', 'SupportAgent.handleTurn'),
    text('code.file.path', '/app/dist/agents/support/turn.js'),
    int('thread.id', 1),
    text('session.id', '0195f3c2-7a44-7c3e-9d11-000000007919'),
    text('enduser.pseudo.id', 'u_2v8k1'),
    text('feature_flag.result.variant', 'prompt-v12'),
    text('deployment.id', 'deploy-2026-06-01-17-04-emea'),
  ];
}

const models = ['gpt-4.1-mini-2025-04-14', 'gpt-5-2025-08-07', 'gpt-4o-mini-2024-07-18', 'gpt-4.1-2025-04-14'];

function modelCall(seed: number): readonly Attribute[] {
  const model = models[seed % models.length] ?? '';
  const input = 200 + ((seed * 7_919) % 6_000);
  return [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', 'openai'),
    text('gen_ai.request.model', model),
    text('gen_ai.response.model', model),
    text('gen_ai.response.id', `chatcmpl-${(seed * 104_729).toString(36)}`),
    int('gen_ai.usage.input_tokens', input),
    int('gen_ai.usage.output_tokens', 20 + (seed % 900)),
    int('gen_ai.usage.cache_read.input_tokens', Math.floor(input / 2)),
    double('gen_ai.request.temperature', 0.2),
    int('gen_ai.request.max_tokens', 4_096),
    double('gen_ai.request.top_p', 0.95),
    { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: [{ stringValue: 'stop' }] } } },
    text('gen_ai.conversation.id', `conv_${(seed * 31).toString(36)}`),
    text('gen_ai.agent.name', 'support-triage'),
    text('server.address', 'api.openai.com'),
    int('server.port', 443),
    text('http.request.method', 'POST'),
    int('http.response.status_code', 200),
    bool('gen_ai.request.stream', true),
    text('openai.api.type', 'chat_completions'),
    text('code.function.name', 'SupportAgent.handleTurn'),
    text('code.file.path', '/app/dist/agents/support/turn.js'),
    text('session.id', '0195f3c2-7a44-7c3e-9d11-000000007919'),
    int('thread.id', 1),
  ];
}
