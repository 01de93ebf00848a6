import { describe, expect, test } from 'vitest';
import { formatMoney, formatPico, parsePico, price, ratioText, shareOf, sharesByLargestRemainder } from '../src/index.ts';
import { at, bookOf, brief, compiled, noon, perMillion, priceOf } from './support/books.ts';

const gpt4o = compiled([
  bookOf([
    perMillion('gpt-4o', 'input_text_tokens', '2.50', { provider: 'openai' }),
    perMillion('gpt-4o', 'input_cache_read_text_tokens', '1.25', { provider: 'openai' }),
    perMillion('gpt-4o', 'output_text_tokens', '10', { provider: 'openai' }),
    { ...perMillion('gpt-4o', 'web_searches', '10', { provider: 'openai' }), per: '1000' },
  ]),
]);

test('a receipt says what was counted, what it costs and where the price comes from', () => {
  const receipt = price(
    {
      atMs: noon('2026-03-01'),
      provider: 'openai',
      model: 'gpt-4o',
      // 1000 input tokens, 500 of them cached; 500 x 2.50/M = 0.00125, 500 x 1.25/M = 0.000625, 100 x 10/M = 0.001.
      usage: { output_text_tokens: 100, input_text_tokens: 500, input_cache_read_text_tokens: 500 },
    },
    gpt4o,
  );
  const line = { per: '1000000', status: 'priced', layer: 'organisation' };
  expect(receipt).toEqual({
    status: 'priced',
    complete: true,
    source: 'price_book',
    currency: 'USD',
    amount: '0.002875',
    amountPico: 2_875_000_000n,
    lowPico: 2_875_000_000n,
    highPico: 2_875_000_000n,
    lines: [
      {
        ...line,
        unit: 'input_text_tokens',
        quantity: '500',
        priceId: 'acme/gpt-4o/input_text_tokens',
        amount: '2.50',
        cost: '0.00125',
      },
      {
        ...line,
        unit: 'input_cache_read_text_tokens',
        quantity: '500',
        priceId: 'acme/gpt-4o/input_cache_read_text_tokens',
        amount: '1.25',
        cost: '0.000625',
      },
      {
        ...line,
        unit: 'output_text_tokens',
        quantity: '100',
        priceId: 'acme/gpt-4o/output_text_tokens',
        amount: '10',
        cost: '0.001',
      },
    ],
    reasons: [],
    book: { version: 'test 1', sha256: 'ab'.repeat(32) },
  });
});

test('a receipt is plain data', () => {
  const receipt = priceOf({ output_text_tokens: 100, web_searches: 2 }, gpt4o, { provider: 'openai', model: 'gpt-4o' });
  expect(structuredClone(receipt)).toEqual(receipt);
});

test('every server tool is counted', () => {
  const usage = { input_text_tokens: 1_000, output_text_tokens: 100, web_searches: 3 };
  expect(brief(priceOf(usage, gpt4o, { provider: 'openai', model: 'gpt-4o' }))).toBe(
    'priced 0.0335 | input_text_tokens 0.0025 | output_text_tokens 0.001 | web_searches 0.03',
  );
});

test('all things that cost go the same way: SKU as provider and name', () => {
  const book = compiled([
    bookOf([
      { ...perMillion('query', 'vector_queries', '0.00005', { provider: 'qdrant' }), per: '1' },
      { ...perMillion('refund', 'tool_calls', '0.02', { provider: 'stripe' }), per: '1' },
      { ...perMillion('a100', 'gpu_seconds', '21.957642', { provider: 'cloud' }), per: '3600' },
      { ...perMillion('logs', 'telemetry_gb', '0.5', { provider: 'vendor' }), per: '1' },
    ]),
  ]);
  expect(brief(priceOf({ vector_queries: 3 }, book, { provider: 'qdrant', model: 'query' }))).toBe(
    'priced 0.00015 | vector_queries 0.00015',
  );
  expect(brief(priceOf({ tool_calls: 1 }, book, { provider: 'stripe', model: 'refund' }))).toBe('priced 0.02 | tool_calls 0.02');
  expect(brief(priceOf({ gpu_seconds: 600 }, book, { provider: 'cloud', model: 'a100' }))).toBe(
    'priced 3.659607 | gpu_seconds 3.659607',
  );
  expect(brief(priceOf({ telemetry_gb: '0.06' }, book, { provider: 'vendor', model: 'logs' }))).toBe(
    'priced 0.03 | telemetry_gb 0.03',
  );
});

test('a ticket of 0.82 is the sum of its receipts, and its shares sum to 100', () => {
  const book = compiled([
    bookOf(
      [
        perMillion('llm', 'input_text_tokens', '4', {}),
        perMillion('embed', 'input_text_tokens', '2', {}),
        { ...perMillion('refund', 'tool_calls', '0.02', {}), per: '1' },
        { ...perMillion('logs', 'telemetry_gb', '0.5', {}), per: '1' },
      ],
      { roles: [{ role: 'reviewer', hourly: '36' }] },
    ),
  ]);
  const sum = (...amounts: bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  const call = priceOf({ input_text_tokens: 9_000 }, book, { model: 'llm' }).amountPico;
  const retry = priceOf({ input_text_tokens: 5_000 }, book, { model: 'llm' }).amountPico;
  const embeddings = [10_000, 10_000, 20_000].map(
    (tokens) => priceOf({ input_text_tokens: tokens }, book, { model: 'embed' }).amountPico,
  );
  const human = priceOf({ human_ms: 45_000 }, book, { provider: 'human', model: 'reviewer' }).amountPico;
  const tools = priceOf({ tool_calls: 3 }, book, { model: 'refund' }).amountPico;
  const telemetry = priceOf({ telemetry_gb: '0.06' }, book, { model: 'logs' }).amountPico;
  const calls = sum(call, call, call, call, call);
  expect([calls, retry, sum(...embeddings), human, tools, telemetry].map(formatPico)).toEqual([
    '0.18',
    '0.02',
    '0.08',
    '0.45',
    '0.06',
    '0.03',
  ]);
  const byCategory = [sum(calls, retry), sum(...embeddings), human, tools, telemetry];
  expect(formatMoney(sum(...byCategory), 'USD')).toBe('0.82 USD');
  expect(sharesByLargestRemainder(byCategory, 2)).toEqual(['24.39', '9.75', '54.88', '7.32', '3.66']);
  expect(shareOf(retry, sum(...byCategory), 2)).toBe('2.44');
});

test('a claim of 5.00 of which a fifth is reviewed at 8.00 costs 6.60', () => {
  const book = compiled([
    bookOf([{ ...perMillion('claim', 'tool_calls', '5', {}), per: '1' }], { roles: [{ role: 'reviewer', hourly: '48' }] }),
  ]);
  const claim = priceOf({ tool_calls: 1 }, book, { model: 'claim' }).amountPico;
  const review = priceOf({ human_ms: 600_000 }, book, { provider: 'human', model: 'reviewer' }).amountPico;
  expect(ratioText(claim * 5n + review, parsePico('5') ?? 0n, 2)).toBe('6.6');
});

describe('people', () => {
  const book = compiled([
    bookOf([], {
      roles: [
        { role: 'reviewer', hourly: '48.00', increment_ms: 60_000, default_touch_ms: 600_000, valid_to: '2026-06-01' },
        { role: 'reviewer', hourly: '54.00', increment_ms: 60_000, default_touch_ms: 600_000, valid_from: '2026-06-01' },
        { role: 'lawyer', yearly: '157000', productive_hours: '1587.5' },
      ],
    }),
  ]);
  const person = (model: string, usage: object, more: object = {}) =>
    priceOf({ ...usage }, book, { provider: 'human', model, ...more });

  test('cost their rate', () => {
    expect(brief(person('reviewer', { human_ms: 600_000 }))).toBe('priced 8 | human_ms 8');
  });

  test('are charged in begun increments, and the receipt keeps what was measured', () => {
    const receipt = person('reviewer', { human_ms: 562_500 });
    expect(brief(receipt)).toBe('priced 8 | human_ms 8');
    expect(receipt.lines[0]).toMatchObject({ quantity: '600000', measured: '562500' });
    expect(person('reviewer', { human_ms: '599999.5' }).lines[0]).toMatchObject({ quantity: '600000', measured: '599999.5' });
    expect(person('reviewer', { human_ms: 600_000 }).lines[0]).not.toHaveProperty('measured');
  });

  test('without an increment are charged to the millisecond, and a begun one counts', () => {
    expect(person('lawyer', { human_ms: '0.1' }).lines[0]).toMatchObject({ quantity: '1' });
  });

  test('cost a share of their year, divided once and last', () => {
    // 157000 / 1587.5 h = 98.897637795275590551... an hour; a tenth of an hour.
    expect(person('lawyer', { human_ms: 360_000 }).amount).toBe('9.889763779527559055');
  });

  test('cost the rate of the day they worked', () => {
    expect(person('reviewer', { human_ms: 600_000 }, { atMs: at('2026-06-01') }).amount).toBe('9');
    expect(person('reviewer', { human_ms: 600_000 }, { atMs: at('2026-06-01') - 1 }).amount).toBe('8');
  });

  test('whose time nobody measured take the default of the role, as an estimate', () => {
    expect(brief(person('reviewer', {}))).toBe('estimated 8 | human_ms 8 touch-time-default');
  });

  test('without a default leave the usage missing', () => {
    expect(person('lawyer', {})).toMatchObject({
      status: 'usage_missing',
      complete: false,
      lines: [],
      reasons: ['usage-missing'],
    });
  });

  test('of an unknown role have no price', () => {
    expect(brief(person('astronaut', { human_ms: 1 }))).toBe('unpriced 0 | human_ms model-unknown');
    expect(person('astronaut', {}).status).toBe('usage_missing');
  });

  test('cannot work longer than a count can count', () => {
    expect(brief(person('reviewer', { human_ms: Number.MAX_SAFE_INTEGER }))).toBe('invalid_usage 0 | human_ms count-too-large');
  });
});

describe('several lines', () => {
  const book = compiled([bookOf([perMillion('model', 'input_text_tokens', '1'), perMillion('model', 'requests', '0')])]);

  test('leave the receipt incomplete when one has no price, and the others count', () => {
    const receipt = priceOf({ input_text_tokens: 1_000_000, kitchen_sinks: 2 }, book);
    expect(brief(receipt)).toBe('unpriced 1 | input_text_tokens 1 | kitchen_sinks no-price');
    expect(receipt).toMatchObject({ complete: false, reasons: ['no-price'] });
  });

  test('at an explicit price of 0 are priced', () => {
    expect(brief(priceOf({ requests: 5 }, book))).toBe('priced 0 | requests 0');
  });

  test('that count nothing cost nothing and are no estimate', () => {
    expect(brief(priceOf({ input_text_tokens: 1_000_000, input_cache_read_text_tokens: 0, output_text_tokens: 0 }, book))).toBe(
      'priced 1 | input_text_tokens 1 | input_cache_read_text_tokens 0 | output_text_tokens 0',
    );
    const foreign = compiled([bookOf([perMillion('model', 'requests', '1', { currency: 'CHF' })])]);
    expect(brief(priceOf({ requests: 0 }, foreign))).toBe('priced 0 | requests 0');
    expect(brief(priceOf({ requests: 1 }, foreign))).toBe('unpriced 0 | requests no-fx');
  });
});
