import { type CompiledBook, compileBook, type PriceBook, type PriceRow } from '@costspan/pricing';

const row = (provider: string, model: string, unit: string, amount: string, per: string): PriceRow => ({
  id: `${provider}/${model}/${unit}`,
  provider,
  match: { exact: model },
  unit,
  amount,
  per,
  status: 'list',
});

const MILLION = '1000000';

const BOOK: PriceBook = {
  book: 'test',
  version: '1',
  currency: 'USD',
  prices: [
    row('openai', 'gpt-5', 'input_text_tokens', '1.25', MILLION),
    row('openai', 'gpt-5', 'input_cache_read_text_tokens', '0.125', MILLION),
    row('openai', 'gpt-5', 'output_text_tokens', '10', MILLION),
    row('openai', 'gpt-5', 'output_reasoning_tokens', '10', MILLION),
    row('openai', 'text-embedding-3-small', 'input_text_tokens', '0.02', MILLION),
    row('anthropic', 'claude-sonnet-5', 'input_text_tokens', '2', MILLION),
    row('anthropic', 'claude-sonnet-5', 'input_cache_read_text_tokens', '0.2', MILLION),
    row('anthropic', 'claude-sonnet-5', 'input_cache_write_5m_tokens', '2.5', MILLION),
    row('anthropic', 'claude-sonnet-5', 'input_cache_write_1h_tokens', '4', MILLION),
    row('anthropic', 'claude-sonnet-5', 'output_text_tokens', '10', MILLION),
    row('anthropic', 'claude-opus-5', 'input_text_tokens', '5', MILLION),
    row('anthropic', 'claude-opus-5', 'output_text_tokens', '25', MILLION),
    row('stripe', 'refund', 'tool_calls', '0.02', '1'),
    row('pgvector', 'query', 'vector_queries', '0.00005', '1'),
    row('qdrant', 'search', 'vector_queries', '0.0001', '1'),
    row('pinecone', 'query', 'vector_read_units', '16', MILLION),
  ],
  roles: [
    { role: 'claims-reviewer', hourly: '48.00', default_touch_ms: 600_000 },
    { role: 'auditor', hourly: '60.00' },
  ],
};

/** A small book with round prices; its hash is all `ab`. */
export const testBook = (): CompiledBook => {
  const compiled = compileBook([BOOK], { version: 'test-1', sha256: 'ab'.repeat(32) });
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.issues));
  return compiled.book;
};
