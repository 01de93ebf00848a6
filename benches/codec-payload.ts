import { encodeWithOracle } from '../packages/collector-processor/test/otlp/proto.ts';

/** A small generator of numbers with a seed, so that every run measures the same bytes. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Attribute = { key: string; value: Record<string, unknown> };

const text = (key: string, value: string): Attribute => ({ key, value: { stringValue: value } });
const int = (key: string, value: number): Attribute => ({ key, value: { intValue: value } });
const double = (key: string, value: number): Attribute => ({ key, value: { doubleValue: value } });
const bool = (key: string, value: boolean): Attribute => ({ key, value: { boolValue: value } });

const models = [
  'gpt-4.1-mini-2025-04-14',
  'gpt-5-2025-08-07',
  'claude-sonnet-4-5-20250929',
  'gemini-2.5-flash',
  'mistral-large-2411',
];
const providers: Readonly<Record<string, string>> = { cla: 'anthropic', gem: 'gcp.gemini', mis: 'mistral_ai' };
const tools = ['stripe.refund', 'crm.lookup_customer', 'mail.send', 'kb.read_article'];

/**
 * An ExportTraceServiceRequest as an instrumented agent sends it: 60 % model calls, 15 % vector queries, 20 % tools, 5 % handoffs,
 * about 28 attributes and 1.5 KB a span, a prompt event on every tenth.
 */
export function createGenAiRequest(spanCount: number, resourceCount: number, seed: number): Buffer {
  const random = createRandom(seed);
  const perResource = Math.ceil(spanCount / resourceCount);
  const resourceSpans = Array.from({ length: resourceCount }, (_, index) =>
    createResource(
      index,
      Array.from({ length: perResource }, () => createAgentSpan(random)),
    ),
  );
  return encodeWithOracle('ExportTraceServiceRequest', { resourceSpans });
}

/** ResourceSpans of one instance of an agent. */
export function createResource(index: number, spans: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> {
  return {
    resource: {
      attributes: [
        text('service.name', `support-agent-${index}`),
        text('service.version', '2.14.0'),
        text('service.instance.id', `5f1c0c8e-6f0e-4d0b-8a52-${String(index).padStart(12, '0')}`),
        text('deployment.environment.name', 'production'),
        text('telemetry.sdk.language', 'nodejs'),
        text('telemetry.sdk.name', 'opentelemetry'),
        text('telemetry.sdk.version', '2.12.1'),
        text('host.name', `ip-10-0-${index}-17.eu-central-1.compute.internal`),
      ],
    },
    scopeSpans: [{ scope: { name: '@opentelemetry/instrumentation-openai', version: '0.9.0' }, spans }],
    schemaUrl: 'https://opentelemetry.io/schemas/1.38.0',
  };
}

/** A span that bears cost: a model call, a vector query, a tool or a handoff. `item` numbers its work item; default: any of 2,000. */
export function createAgentSpan(random: () => number, item: number = anyItem(random)): Record<string, unknown> {
  const roll = random();
  const kind =
    roll < 0.6
      ? createModelCall(random)
      : roll < 0.75
        ? createVectorQuery(random)
        : roll < 0.95
          ? createTool(random)
          : createHandoff(random);
  return createSpan(random, item, kind);
}

/** A span of the same size that bears no cost: a request served. */
export function createOrdinarySpan(random: () => number, item: number = anyItem(random)): Record<string, unknown> {
  return createSpan(random, item, createServedRequest(random));
}

/** The number of one of as many work items as are open in a busy minute. */
export function anyItem(random: () => number): number {
  return Math.floor(random() * 2_000);
}

function createSpan(
  random: () => number,
  item: number,
  kind: { name: string; attributes: Attribute[] },
): Record<string, unknown> {
  const start = 1_767_225_600_000_000_000n + BigInt(Math.floor(random() * 3_600_000)) * 1_000_003n;
  return {
    traceId: createBytes(random, 16),
    spanId: createBytes(random, 8),
    parentSpanId: createBytes(random, 8),
    traceState: random() < 0.2 ? 'ot=th:c;rv:8f1a2b3c4d5e6f' : '',
    name: kind.name,
    kind: 3,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_234_567_891n),
    attributes: [...createCommon(item), ...kind.attributes],
    events: random() < 0.1 ? [createPromptEvent(start)] : [],
    status: random() < 0.03 ? { code: 2, message: 'upstream timed out after 30 s' } : {},
    flags: 257,
  };
}

function createBytes(random: () => number, count: number): string {
  return Buffer.from(Array.from({ length: count }, () => 1 + Math.floor(random() * 255))).toString('base64');
}

function createCommon(item: number): Attribute[] {
  return [
    text('costspan.work_item.id', `TICKET-2026-${String(item).padStart(7, '0')}`),
    text('costspan.work_item.type', 'support_ticket'),
    text('costspan.work_item.tenant', `tenant-${item % 7}`),
    text('costspan.dimension.team', 'support-emea'),
    text('session.id', `0195f3c2-7a44-7c3e-9d11-${String(item * 7_919).padStart(12, '0')}`),
    text('enduser.pseudo.id', `u_${(item * 104_729).toString(36)}`),
    text('code.function.name', 'SupportAgent.handleTurn'),
    text('code.file.path', '/app/dist/agents/support/turn.js'),
    int('thread.id', 1),
    text('feature_flag.result.variant', 'prompt-v12'),
  ];
}

function createModelCall(random: () => number): { name: string; attributes: Attribute[] } {
  const model = models[Math.floor(random() * models.length)]!;
  const input = 200 + Math.floor(random() * 6_000);
  return {
    name: `chat ${model}`,
    attributes: [
      text('gen_ai.operation.name', 'chat'),
      text('gen_ai.provider.name', providers[model.slice(0, 3)] ?? 'openai'),
      text('gen_ai.request.model', model),
      text('gen_ai.response.model', model),
      text('gen_ai.response.id', `chatcmpl-${Math.floor(random() * 1e15).toString(36)}`),
      int('gen_ai.usage.input_tokens', input),
      int('gen_ai.usage.output_tokens', 20 + Math.floor(random() * 900)),
      int('gen_ai.usage.cache_read.input_tokens', Math.floor(input / 2)),
      double('gen_ai.request.temperature', 0.2),
      int('gen_ai.request.max_tokens', 4_096),
      double('gen_ai.request.top_p', 0.95),
      { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: [{ stringValue: 'stop' }] } } },
      text('gen_ai.conversation.id', `conv_${Math.floor(random() * 1e12).toString(36)}`),
      text('gen_ai.agent.name', 'support-triage'),
      text('server.address', 'api.openai.com'),
      int('server.port', 443),
      text('http.request.method', 'POST'),
      int('http.response.status_code', 200),
      bool('gen_ai.request.stream', true),
      text('openai.api.type', 'chat_completions'),
    ],
  };
}

function createVectorQuery(random: () => number): { name: string; attributes: Attribute[] } {
  return {
    name: 'query kb-articles',
    attributes: [
      text('db.system.name', 'qdrant'),
      text('db.operation.name', 'query'),
      text('db.collection.name', 'kb-articles'),
      text('db.namespace', 'support'),
      int('db.response.returned_rows', 8),
      text('db.query.summary', 'query kb-articles with filter on language, product and audience, top 8, with payload'),
      int('db.vector.dimensions', 1_536),
      double('db.vector.score.max', random()),
      text('server.address', 'qdrant.internal.example.com'),
      int('server.port', 6_333),
      text('network.protocol.name', 'http'),
      text('network.protocol.version', '1.1'),
      text('user_agent.original', 'qdrant-js/1.19.0 node/24.21.0 (linux; x64)'),
      text('http.request.method', 'POST'),
      int('http.response.status_code', 200),
      text('url.full', 'http://qdrant.internal.example.com:6333/collections/kb-articles/points/query'),
    ],
  };
}

function createTool(random: () => number): { name: string; attributes: Attribute[] } {
  const tool = tools[Math.floor(random() * tools.length)]!;
  return {
    name: `execute_tool ${tool}`,
    attributes: [
      text('gen_ai.operation.name', 'execute_tool'),
      text('gen_ai.tool.name', tool),
      text('gen_ai.tool.type', 'function'),
      text('gen_ai.tool.call.id', `call_${Math.floor(random() * 1e15).toString(36)}`),
      text(
        'gen_ai.tool.description',
        'Looks the customer up and returns contract, open tickets and the last five orders, without payment data.',
      ),
      text('costspan.category', 'tool'),
      text('costspan.sku', tool.replace('.', '/')),
      int('costspan.usage.tool_calls', 1),
      text('gen_ai.agent.name', 'support-triage'),
      text('gen_ai.conversation.id', `conv_${Math.floor(random() * 1e12).toString(36)}`),
      text('server.address', 'api.example.com'),
      int('server.port', 443),
      text('http.request.method', 'POST'),
      int('http.response.status_code', 200),
      text('url.full', 'https://api.example.com/v1/actions/execute?source=agent&region=eu-central-1'),
      double('tool.latency.p50', random() * 100),
    ],
  };
}

function createHandoff(random: () => number): { name: string; attributes: Attribute[] } {
  return {
    name: 'handoff claims-reviewer',
    attributes: [
      text('costspan.category', 'human'),
      text('costspan.human.role', 'claims-reviewer'),
      int('costspan.human.touch_ms', Math.floor(random() * 600_000)),
      int('costspan.human.wait_ms', Math.floor(random() * 86_400_000)),
      text('costspan.human.decision', 'approved'),
      text('handoff.reason', 'amount over the limit of the automatic approval, customer asked for a person'),
      text('handoff.queue', 'claims-emea-level-2'),
      text('handoff.token', createBytes(random, 48)),
    ],
  };
}

function createServedRequest(random: () => number): { name: string; attributes: Attribute[] } {
  return {
    name: 'GET /conversations/{id}/messages',
    attributes: [
      text('http.request.method', 'GET'),
      int('http.response.status_code', 200),
      text('http.route', '/conversations/{id}/messages'),
      text('url.scheme', 'https'),
      text('url.path', `/conversations/conv_${Math.floor(random() * 1e12).toString(36)}/messages`),
      text('url.query', 'limit=50&order=desc&include=attachments,reactions,translations'),
      text('server.address', 'support.internal.example.com'),
      int('server.port', 8_443),
      text('client.address', '10.0.12.77'),
      text('network.protocol.name', 'http'),
      text('network.protocol.version', '2'),
      text('network.peer.address', '10.0.12.77'),
      int('network.peer.port', 40_000 + Math.floor(random() * 20_000)),
      text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0'),
      int('http.request.body.size', 0),
      int('http.response.body.size', Math.floor(random() * 40_000)),
      text('http.request.header.x-request-id', createBytes(random, 16)),
      double('app.cache.hit_ratio', random()),
    ],
  };
}

function createPromptEvent(start: bigint): Record<string, unknown> {
  return {
    timeUnixNano: String(start + 1_000n),
    name: 'gen_ai.client.inference.operation.details',
    attributes: [text('gen_ai.input.messages', 'The customer writes that the parcel never arrived. '.repeat(30))],
  };
}
