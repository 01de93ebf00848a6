import { createTemporaryFolder, type OtlpSink, startOtlpSink, type TemporaryFolder } from '@costspan/testkit';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signHandoffToken } from '../../sdk/src/handoff/handoff-token.ts';
import { parseConfig } from '../src/config/load.ts';
import { jsonToProtobuf, protobufToJson } from '../src/otlp/json.ts';
import { encodeLogEvents } from '../src/otlp/log-events.ts';
import { type Service, serve } from '../src/serve.ts';
import { openLedgerReader } from '../src/store/ledger-reader.ts';
import { anyValue } from './stages/spans.ts';

type Value = string | number | boolean;
type Attributes = ReadonlyArray<readonly [key: string, value: Value]>;
type Signal = 'traces' | 'logs';

// The service trusts nobody: what a sender writes beside usage must not change a price, a status or another tenant.
let folder: TemporaryFolder;
let sink: OtlpSink;
let service: Service;
let sent = 0;
beforeAll(async () => {
  folder = await createTemporaryFolder();
  sink = await startOtlpSink();
  const parsed = parseConfig(
    `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}, grpc: {endpoint: "127.0.0.1:0"}}}}
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
tenants: {header: x-tenant, keys: [{tenant: acme, key: key-of-acme}, {tenant: globex, key: key-of-globex}]}
handoffs: {keys: [secret-of-the-sdk-of-globex]}
service: {traces: {exporters: [otlp_http/sink]}}`,
    {},
    { ledgerFile: folder.join('ledger.db') },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  service = await serve({ config: parsed.config });
});
afterAll(async () => {
  await service.close();
  await sink[Symbol.asyncDispose]();
  await folder.remove();
});

const call: Attributes = [
  ['gen_ai.operation.name', 'chat'],
  ['gen_ai.provider.name', 'openai'],
  ['gen_ai.request.model', 'gpt-5'],
  ['gen_ai.response.id', 'response-1'],
  ['gen_ai.usage.input_tokens', 1_000],
  ['gen_ai.usage.output_tokens', 100],
  ['costspan.work_item.type', 'ticket'],
];
// 1,000 input tokens at $1.25 and 100 output tokens at $10 a million: $0.00225.
const callPico = 2_250_000_000n;

const keyValues = (attributes: Attributes): readonly unknown[] =>
  attributes.map(([key, value]) => ({ key, value: anyValue(value) }));

type Given = {
  readonly trace: number;
  readonly attributes: Attributes;
  readonly resource?: Attributes;
  readonly spanId?: number;
  readonly parentSpanId?: number;
};

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

const requestOf = ({ trace, attributes, resource = [], spanId = 1, parentSpanId }: Given): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: keyValues(resource) },
        scopeSpans: [
          {
            spans: [
              {
                traceId: hex(trace, 32),
                spanId: hex(spanId, 16),
                ...(parentSpanId !== undefined && { parentSpanId: hex(parentSpanId, 16) }),
                name: 'chat gpt-5',
                kind: 3,
                startTimeUnixNano: '1793491200000000000',
                endTimeUnixNano: '1793491202000000000',
                attributes: keyValues(attributes),
              },
            ],
          },
        ],
      },
    ],
  });

const protobufOf = (json: string): Buffer => {
  const converted = jsonToProtobuf('traces', Buffer.from(json));
  if (converted.kind === 'invalid') throw new Error(converted.problem);
  return Buffer.from(converted.body);
};

async function post(tenant: string, path: string, type: string, body: string | Uint8Array<ArrayBuffer>): Promise<number> {
  // The header is what a proxy would set; where there are keys nobody looks at it.
  const headers = { 'content-type': type, 'x-api-key': `key-of-${tenant}`, 'x-tenant': 'globex' };
  return (await fetch(`${service.url}${path}`, { method: 'POST', headers, body })).status;
}

async function callGrpc(tenant: string, signal: Signal, body: Buffer): Promise<number> {
  const client = new Client(service.grpcUrl?.replace('http://', '') ?? '', credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('x-api-key', `key-of-${tenant}`);
  metadata.set('x-tenant', 'globex');
  const [folderName, name] = signal === 'traces' ? ['trace', 'Trace'] : ['logs', 'Logs'];
  const same = (value: Buffer): Buffer => value;
  const code = await new Promise<number>((resolve) => {
    const path = `/opentelemetry.proto.collector.${folderName}.v1.${name}Service/Export`;
    client.makeUnaryRequest(path, same, same, body, metadata, (error) => resolve(error?.code ?? status.OK));
  });
  client.close();
  return code;
}

/** Every way in, and what a sender is told that is let in. */
const ways = {
  'HTTP, JSON': [(tenant, given) => post(tenant, '/v1/traces', 'application/json', requestOf(given)), 200],
  'HTTP, protobuf': [
    (tenant, given) => post(tenant, '/v1/traces', 'application/x-protobuf', new Uint8Array(protobufOf(requestOf(given)))),
    200,
  ],
  gRPC: [(tenant, given) => callGrpc(tenant, 'traces', protobufOf(requestOf(given))), status.OK],
} as const satisfies Record<string, readonly [(tenant: string, given: Given) => Promise<number>, number]>;

/** What the ledger has of a trace: cost, status and tenant of each live entry. */
function booked(trace: number): readonly unknown[] {
  const reader = openLedgerReader(folder.join('ledger.db'));
  const entries = [...reader.entries()].filter(({ traceId, state }) => traceId === hex(trace, 32) && state === 'live');
  reader.close();
  return entries.map(({ tenant, item, status: said, amountPico, category, waste }) => ({
    ...{ tenant, item, said, amountPico, category, waste },
  }));
}

/** Attributes about cost with which the last span left, in the order of their names, each as often as it is there. */
function forwarded(): readonly string[] {
  const body = sink.accepted('traces').at(-1)?.body ?? Buffer.alloc(0);
  const read = protobufToJson('traces', body);
  if (read.kind === 'invalid') throw new Error(read.problem);
  const [span] = JSON.parse(read.text).resourceSpans.at(-1).scopeSpans[0].spans;
  return span.attributes
    .filter(({ key }: { key: string }) => key.startsWith('costspan.cost.'))
    .map((attribute: object) => JSON.stringify(attribute))
    .sort();
}

const statements: ReadonlyArray<readonly [what: string, attributes: Attributes]> = [
  [
    'the cost itself',
    [
      ['costspan.cost.exact', '0'],
      ['costspan.cost.amount', 0],
      ['costspan.cost.currency', 'EUR'],
    ],
  ],
  [
    'the cost twice',
    [
      ['costspan.cost.exact', '0'],
      ['costspan.cost.exact', '9'],
      ['costspan.cost.exact', '1'],
    ],
  ],
  [
    'a status',
    [
      ['costspan.cost.status', 'non_billable'],
      ['costspan.cost.source', 'provider'],
      ['costspan.cost.waste', true],
    ],
  ],
  [
    'a book and an emitter',
    [
      ['costspan.cost.book', 'mine'],
      ['costspan.cost.price_ids', 'mine'],
      ['costspan.cost.emitter', 'x'],
    ],
  ],
  ['a cost of its own name space', [['costspan.cost.made_up', '1']]],
  [
    'a declared cost',
    [
      ['costspan.declared_cost.amount', '0.000001'],
      ['costspan.declared_cost.currency', 'USD'],
    ],
  ],
  [
    'a negative declared cost',
    [
      ['costspan.declared_cost.amount', '-5'],
      ['costspan.declared_cost.currency', 'USD'],
    ],
  ],
  [
    'a cost of the provider',
    [
      ['costspan.provider_cost.amount', '0.000001'],
      ['costspan.provider_cost.currency', 'USD'],
    ],
  ],
  [
    'a cost in words of others',
    [
      ['gen_ai.usage.cost.amount', 0.000001],
      ['gen_ai.usage.cost', 0.000001],
      ['llm.cost.total', 0],
    ],
  ],
  ['that it is not billed', [['costspan.attempt.billable', 'no']]],
  ['that it may be billed', [['costspan.attempt.billable', 'possible']]],
  ['another tenant', [['costspan.work_item.tenant', 'globex']]],
  [
    'another tenant twice',
    [
      ['costspan.work_item.tenant', 'acme'],
      ['costspan.work_item.tenant', 'globex'],
    ],
  ],
];
const everything: Attributes = statements.flatMap(([, attributes]) => attributes);

describe.for(Object.entries(ways))('over %s', ([, [send, taken]]) => {
  async function outcomeOf(attributes: Attributes, resource: Attributes = []): Promise<unknown> {
    sent += 1;
    const id = ['costspan.work_item.id', 'T-1'] as const;
    // What a sender makes up stands before and behind what is honest.
    const all = [...attributes, ...call, id, ...attributes];
    expect(await send('acme', { trace: sent, attributes: all, resource })).toBe(taken);
    return { booked: booked(sent), forwarded: forwarded() };
  }

  test('an honest span costs what its usage costs', async () => {
    expect(await outcomeOf([])).toMatchObject({ booked: [{ tenant: 'acme', amountPico: callPico, said: 'priced' }] });
  });

  test.for([...statements, ['all of it at once', everything] as const])(
    'a span that states %s costs the same',
    async ([, attributes]) => {
      expect(await outcomeOf(attributes)).toEqual(await outcomeOf([]));
    },
  );

  test('nor does it help to state it of the resource', async () => {
    expect(await outcomeOf([], everything)).toEqual(await outcomeOf([]));
  });

  test('impossible usage is no refund', async () => {
    const before = totalOf('acme', 'T-1');
    sent += 1;
    const attributes = [
      ...call.filter(([key]) => key !== 'gen_ai.usage.output_tokens'),
      ['costspan.work_item.id', 'T-1'],
    ] as const;
    const negative = [...attributes, ['gen_ai.usage.output_tokens', -1_000_000]] as Attributes;
    expect(await send('acme', { trace: sent, attributes: negative })).toBe(taken);
    expect(booked(sent)).toMatchObject([{ said: 'invalid_usage' }]);
    expect(totalOf('acme', 'T-1')).toBeGreaterThanOrEqual(before);
  });

  test('the trace, the call and the item of another tenant stay as they were', async () => {
    sent += 1;
    const trace = sent;
    const id = ['costspan.work_item.id', `of-globex-${trace}`] as const;
    expect(await send('globex', { trace, spanId: 2, parentSpanId: 1, attributes: [...call, id] })).toBe(taken);
    const before = booked(trace);
    expect(before).toMatchObject([{ tenant: 'globex', amountPico: callPico }]);
    const said: Attributes = [
      ['costspan.work_item.tenant', 'globex'],
      ['costspan.work_item.type', 'ticket'],
      ['costspan.work_item.id', id[1]],
      ['costspan.work_item.outcome', 'rejected'],
    ];
    // The same span again, its parent, and a second report of its call.
    for (const spanId of [2, 1, 3]) {
      expect(await send('acme', { trace, spanId, attributes: [...call, ...said] })).toBe(taken);
    }
    expect(booked(trace).filter((entry) => (entry as { tenant: string }).tenant === 'globex')).toEqual(before);
    expect(totalOf('globex', id[1])).toBe(callPico);
    expect(recordOf('globex', id[1])?.outcome).toBeUndefined();
  });
});

function recordOf(tenant: string, id: string) {
  const reader = openLedgerReader(folder.join('ledger.db'));
  const [record] = reader.findItem({ id, tenant });
  reader.close();
  return record;
}
const totalOf = (tenant: string, id: string): bigint => recordOf(tenant, id)?.totalPico ?? 0n;

/** Every item of a tenant with its total and outcome. */
function everythingOf(tenant: string): unknown {
  const reader = openLedgerReader(folder.join('ledger.db'));
  const records = [...reader.records()].filter(({ item }) => item.tenant === tenant);
  reader.close();
  return records.map(({ item, totalPico, outcome }) => [item.type, item.id, totalPico, outcome?.value]);
}

test('entries that another ledger is said to have decided are refused, and nothing of them is booked', async () => {
  const before = everythingOf('globex');
  const json = JSON.stringify({ tenant: 'globex', amount: '-5' });
  const body = encodeLogEvents({ resourceAttributes: [], scopeName: 'costspan', scopeVersion: '1' }, [
    {
      ...{ eventName: 'costspan.entry', timeUnixNs: 1n, severityNumber: 9, body: '' },
      attributes: [
        ['costspan.entry.json', json],
        ['costspan.work_item.tenant', 'globex'],
      ],
    },
  ]);
  expect(await post('acme', '/v1/logs', 'application/x-protobuf', new Uint8Array(body))).toBe(403);
  expect(await callGrpc('acme', 'logs', Buffer.from(body))).toBe(status.PERMISSION_DENIED);
  expect(everythingOf('globex')).toEqual(before);
});

describe('over the HTTP API, the key of one tenant', () => {
  const item = { type: 'ticket', id: 'of-globex' };
  const entry = { idempotency_key: 'attack/1', item, at: '2026-06-01T12:00:00Z' };
  const ask = async (
    tenant: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const answer = await fetch(service.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': `key-of-${tenant}`, 'x-tenant': 'globex' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const readItem = (tenant: string): ReturnType<typeof ask> => ask(tenant, '/v1/work-items/globex/ticket/of-globex');

  test('reads no item of another', async () => {
    expect((await ask('globex', '/v1/entries', { entries: [{ ...entry, outcome: 'resolved' }] })).status).toBe(200);
    expect((await readItem('globex')).status).toBe(200);
    const refused = await readItem('acme');
    expect([403, 404]).toContain(refused.status);
    expect(refused.text).not.toContain('resolved');
  });

  test.for([
    ['an outcome', { outcome: 'rejected' }],
    ['a cost', { cost: { amount: '5', currency: 'USD' }, category: 'tool' }],
    ['usage', { usage: { tool_calls: 3 }, sku: 'stripe/refund' }],
  ])('books no %s for another', async ([, what]) => {
    const before = everythingOf('globex');
    const answer = await ask('acme', '/v1/entries', { entries: [{ ...entry, tenant: 'globex', ...(what as object) }] });
    expect(answer.status).toBe(403);
    expect(everythingOf('globex')).toEqual(before);
  });

  test('states no cost where costs of senders are not believed', async () => {
    const cost = { amount: '1', currency: 'USD' };
    const answer = await ask('acme', '/v1/entries', {
      entries: [{ ...entry, idempotency_key: 'attack/2', cost, category: 'tool' }],
    });
    expect(answer.status).toBe(403);
  });

  test('takes no idempotency key away from another', async () => {
    for (const [tenant, outcome] of [
      ['acme', 'resolved'],
      ['globex', 'escalated'],
    ] as const) {
      const mine = { ...entry, idempotency_key: 'shared/1', outcome };
      expect((await ask(tenant, '/v1/entries', { entries: [mine] })).status).toBe(200);
    }
  });

  test.for([
    ['of another tenant', 'secret-of-the-sdk-of-globex', 403, 'belongs to another tenant'],
    ['that it signed itself', 'a-secret-of-its-own-making', 400, 'its signature fits no key'],
  ] as const)('finishes no handoff with a token %s', async ([, secret, refusal, reason]) => {
    const before = everythingOf('globex');
    const token = signHandoffToken(
      {
        ...{ handoffId: 'h-1', item: { tenant: 'globex', ...item, dimensions: {} }, role: 'reviewer' },
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
        ...{ openedAtMs: Date.parse('2026-06-01T10:00:00Z'), expiresAtMs: Date.parse('2999-01-01T00:00:00Z') },
      },
      secret,
    );
    const answer = await ask('acme', '/v1/handoffs/complete', {
      token,
      touch: { minutes: '1' },
      decision: 'approved',
    });
    expect([answer.status, answer.text]).toEqual([refusal, expect.stringContaining(reason)]);
    expect(everythingOf('globex')).toEqual(before);
  });
});
