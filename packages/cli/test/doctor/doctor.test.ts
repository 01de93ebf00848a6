import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { registerDoctorCommand } from '../../src/commands/doctor.ts';

type Attributes = Readonly<Record<string, string | number>>;

type SpanJson = {
  readonly scope?: string;
  readonly span: string;
  /** Default: the trace of all. */
  readonly trace?: string;
  readonly parent?: string;
  readonly traceState?: string;
  readonly name?: string;
  readonly attributes?: Attributes;
};

const trace = '0af7651916cd43dd8448eb211c80319c';
const id = (short: string): string => short.padStart(16, '0');

const requestOf = (...spans: readonly SpanJson[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: spans.map(
          ({ scope = 'my-agent', span, trace: traceId = trace, parent, traceState, name = 'chat gpt-5', attributes = {} }) => ({
            scope: { name: scope, version: '1.0' },
            spans: [
              {
                traceId,
                spanId: id(span),
                ...(parent !== undefined && { parentSpanId: id(parent) }),
                ...(traceState !== undefined && { traceState }),
                name,
                kind: 3,
                startTimeUnixNano: '1793491200000000000',
                endTimeUnixNano: '1793491202000000000',
                attributes: Object.entries(attributes).map(([key, value]) => ({
                  key,
                  value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
                })),
              },
            ],
          }),
        ),
      },
    ],
  });

const chat = (attributes: Attributes = {}): Attributes => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
  'costspan.work_item.type': 'ticket',
  'costspan.work_item.id': 'T-1',
  ...attributes,
});

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

const doctor = async (...args: readonly string[]): Promise<{ readonly out: string; readonly failure?: string }> => {
  let out = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  const program = new Command('costspan').exitOverride();
  registerDoctorCommand(program);
  try {
    await program.parseAsync(['doctor', ...args], { from: 'user' });
    return { out };
  } catch (error) {
    return { out, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    spy.mockRestore();
  }
};

const explain = async (...spans: readonly SpanJson[]): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const file = folder.join('traces.json');
  await writeFile(file, requestOf(...spans));
  const { out, failure } = await doctor('--json', '--in', file);
  expect(failure).toBeUndefined();
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describe('as JSON lines', () => {
  test('spans of sampled traces, and traces with cost without a root, are counted', async () => {
    const other = trace.replaceAll('a', 'b');
    const lines = await explain(
      { span: '1', attributes: chat(), traceState: 'ot=th:c' },
      { span: '2', attributes: {}, traceState: 'ot=th:c' },
      { span: '3', attributes: chat(), trace: other, parent: '9', traceState: 'ot=th:0' },
    );
    expect(lines.at(-1)).toEqual({ kind: 'incomplete_input', sampled_spans: 1, traces_without_root: 1 });
  });

  test('a priced call has its keys, usage, prices and item', async () => {
    const [span, scope, ...more] = await explain({ span: '1', attributes: chat() });
    expect(span).toMatchObject({
      kind: 'span',
      trace_id: trace,
      span_id: id('1'),
      scope: { name: 'my-agent', version: '1.0' },
      dialect: 'otel-gen-ai@1',
      verdict: 'priced',
      reasons: [],
      role: 'call',
      category: 'llm',
      usage: { input_text_tokens: 1000, output_text_tokens: 100 },
      price: { status: 'priced', amount: '0.00225', currency: 'USD' },
      item: { tenant: 'default', type: 'ticket', id: 'T-1' },
      item_source: 'span',
    });
    expect(span?.['read']).toContainEqual({ key: 'gen_ai.usage.input_tokens', as: 'input', value: 1000 });
    expect(scope).toEqual({
      kind: 'scope',
      scope: { name: 'my-agent', version: '1.0' },
      dialect: 'otel-gen-ai@1',
      spans: 1,
      verdicts: { priced: 1 },
    });
    expect(more).toEqual([]);
  });

  test('a request that only an HTTP client tells says what to do; one that a call tells is its duplicate', async () => {
    const request = { 'http.request.method': 'POST', 'url.full': 'https://api.openai.com/v1/responses', 'http.status_code': 200 };
    const other = trace.replaceAll('a', 'b');
    const spans = await explain(
      { span: '1', attributes: request },
      { span: '2', trace: other, attributes: chat() },
      { span: '3', trace: other, parent: '2', attributes: request },
    );
    expect(spans.slice(0, 3).map(({ verdict, reasons }) => [verdict, reasons])).toEqual([
      ['unpriced', ['usage-missing', 'request-untold']],
      ['priced', []],
      ['duplicate', []],
    ]);
    expect(spans).toContainEqual(
      expect.objectContaining({
        kind: 'reason',
        reason: 'request-untold',
        means: expect.stringContaining('Instrument the client'),
      }),
    );
  });

  test.each([
    ['unpriced', ['model-unknown'], chat({ 'gen_ai.request.model': 'a-model-nobody-sells' })],
    ['unpriced', ['usage-inconsistent'], chat({ 'gen_ai.usage.cache_read.input_tokens': 5000, 'gen_ai.usage.total_tokens': 7 })],
    ['unpriced', ['dialect-unknown'], { 'llm.model_name': 'gpt-5', 'llm.usage.total_tokens': 3 }],
    ['no_cost', [], { 'gen_ai.operation.name': 'execute_tool' }],
    ['ordinary', [], { 'http.route': '/' }],
    ['estimated', ['aggregate-only'], chat({ 'gen_ai.operation.name': 'invoke_agent' })],
  ])('%s for %j', async (verdict, reasons, attributes) => {
    const [span] = await explain({ span: '1', attributes });
    expect(span).toMatchObject({ verdict, reasons });
  });

  test('the poorer of two spans of one call names the other as what is priced', async () => {
    const response = { 'gen_ai.response.id': 'chatcmpl-1' };
    const lines = await explain(
      { span: '1', scope: 'opentelemetry.instrumentation.openai_v2', attributes: chat(response) },
      { span: '2', parent: '1', scope: '@openlit/instrumentation-openai', attributes: chat(response) },
    );
    const duplicate = lines.find(({ verdict }) => verdict === 'duplicate');
    const priced = lines.find(({ verdict }) => verdict === 'priced' || verdict === 'estimated');
    expect(duplicate?.['duplicate_of']).toBe(priced?.['entry_id']);
    expect(duplicate?.['duplicate_of']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('an unknown dialect comes first among scopes, and every reason has a meaning', async () => {
    const lines = await explain(
      { span: '1', attributes: chat({ 'gen_ai.request.model': 'a-model-nobody-sells' }) },
      { span: '2', attributes: chat({ 'gen_ai.request.model': 'a-model-nobody-sells' }) },
      { span: '3', scope: 'acme', attributes: { 'llm.model_name': 'x', 'llm.usage.total_tokens': 3 } },
      { span: '4', scope: 'http', attributes: {} },
    );
    const scopes = lines.filter(({ kind }) => kind === 'scope').map(({ scope }) => (scope as { name: string }).name);
    expect(scopes).toEqual(['acme', 'my-agent', 'http']);
    const reasons = lines.filter(({ kind }) => kind === 'reason');
    expect(reasons.map(({ reason, spans }) => [reason, spans])).toEqual([
      ['model-unknown', 2],
      ['dialect-unknown', 1],
    ]);
    for (const { means } of reasons) expect(means).not.toBe('');
  });
});

describe('for people', () => {
  test('shows what was read from which key, line by line, then the instrumentations', async () => {
    const file = folder.join('traces.jsonl.gz');
    const lines = [
      requestOf({ span: '1', attributes: chat() }),
      requestOf({ span: '2', scope: 'acme', name: 'ask', attributes: { 'llm.model_name': 'x', 'llm.usage.total_tokens': 3 } }),
      requestOf({ span: '3', scope: 'http', name: 'GET /' }),
    ];
    await writeFile(file, gzipSync(lines.join('\n')));
    const { out } = await doctor('--in', file);
    expect(out).toContain(`chat gpt-5: priced
  span      ${id('1')} in trace ${trace}
  scope     my-agent 1.0
  read by   otel-gen-ai@1, as call of category llm, openai / gpt-5
  from      gen_ai.operation.name = chat → role
            gen_ai.provider.name = openai → provider
            gen_ai.usage.input_tokens = 1000 → input
`);
    expect(out).toContain('  price     1000 input_text_tokens × 1.25 per 1000000 = 0.00125 (priced, ');
    expect(out).toContain('            0.00225 USD\n  item      ticket T-1 (named by the span)\n');
    expect(out).toContain('ask: NOT PRICED\n');
    expect(out).toContain(
      '  because   dialect-unknown: The span looks like a model call, but no dialect knows how to read its counts.\n',
    );
    expect(out).not.toContain('GET /');
    const table = out.slice(out.indexOf('By instrumentation'));
    expect(table.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual(
      expect.arrayContaining([
        ['acme', '1.0', 'unknown@1', '1'],
        ['my-agent', '1.0', 'otel-gen-ai@1', '1'],
        ['http', '1.0', '(ordinary)', '1'],
      ]),
    );
    expect((await doctor('--all', '--in', file)).out).toContain('GET /: ordinary span\n');
  });

  test('names of senders cannot move the cursor', async () => {
    const file = folder.join('traces.json');
    await writeFile(
      file,
      requestOf({ span: '1', name: 'a\u001b[2Jb', attributes: chat({ 'gen_ai.request.model': 'm\u001b[H' }) }),
    );
    expect((await doctor('--in', file)).out).not.toContain('\u001b');
  });
});

test('lists every request that is not OTLP', async () => {
  const file = folder.join('traces.jsonl');
  await writeFile(file, `${requestOf({ span: '1', attributes: chat() })}\nnot json\n{"resourceSpans": 7}\n`);
  const { out, failure } = await doctor('--in', file);
  expect(out).toBe('');
  expect(failure?.split('\n').map((line) => line.slice(0, `${file}:2`.length))).toEqual([`${file}:2`, `${file}:3`]);
});

test('a file without spans is said to have none', async () => {
  const file = folder.join('other.json');
  await writeFile(file, '{"foo": 1}');
  expect(await doctor('--in', file)).toEqual({
    out: 'No spans in what was read: trace requests of OTLP have them under `resourceSpans`.\n',
  });
});

test('a file that is not there is one clear error', async () => {
  expect(await doctor('--in', 'missing.json')).toEqual({
    out: '',
    failure: 'missing.json: cannot be read (ENOENT); check that it is there and whole',
  });
});

describe('an answer that two instrumentations report in two traces', () => {
  const other = trace.replace('0af7', '1bf8');
  const answer = chat({ 'gen_ai.response.id': 'chatcmpl-1' });

  test('is named as possibly counted twice', async () => {
    const lines = await explain(
      { scope: 'kit.one', span: '1', attributes: answer },
      { scope: 'kit.two', span: '2', trace: other, attributes: answer },
    );
    expect(lines.at(-1)).toEqual({
      kind: 'possible_duplicate',
      call_id: 'openai:chatcmpl-1',
      spans: [
        { trace_id: trace, span_id: id('1'), scope: 'kit.one' },
        { trace_id: other, span_id: id('2'), scope: 'kit.two' },
      ],
    });
  });

  test('is shown to people with what to do', async () => {
    const file = folder.join('traces.json');
    await writeFile(
      file,
      requestOf(
        { scope: 'kit.one', span: '1', attributes: answer },
        { scope: 'kit.two', span: '2', trace: other, attributes: answer },
      ),
    );
    const { out } = await doctor('--in', file);
    expect(out).toContain('Possible duplicates: one answer is counted in several traces');
    expect(out).toContain('Put a span around it, or switch one of them off.');
  });

  test.each([
    ['of one instrumentation, as servers give every answer one id', 'kit.one', other],
    ['in one trace, where it counts once', 'kit.two', trace],
  ])('is not named when it is %s', async (_name, scope, second) => {
    const lines = await explain(
      { scope: 'kit.one', span: '1', attributes: answer },
      { scope, span: '2', trace: second, attributes: answer },
    );
    expect(lines.filter(({ kind }) => kind === 'possible_duplicate')).toEqual([]);
  });
});

test('a sum whose calls are in the files is one', async () => {
  const [span] = await explain(
    { span: '1', attributes: chat({ 'gen_ai.operation.name': 'invoke_agent' }) },
    { span: '2', parent: '1', attributes: chat() },
  );
  expect(span).toMatchObject({ role: 'aggregate', verdict: 'sum', reasons: [] });
});
