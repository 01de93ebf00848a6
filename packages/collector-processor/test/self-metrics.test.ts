import { expect, test } from 'vitest';
import { unknownScopesMax } from '../src/limits.ts';
import { createSelfMetrics } from '../src/self-metrics.ts';

test('instrumentations that no dialect reads are named, up to a number of them', async () => {
  const metrics = createSelfMetrics({
    inFlightBytes: () => 0,
    inFlightBytesMax: 1,
    queueBytes: () => ({}),
    book: () => ({ version: '', sha256: '' }),
    ledgerCounters: () => undefined,
    nowMs: () => 0,
  });
  try {
    for (let index = 0; index < unknownScopesMax + 2; index += 1)
      metrics.unknownDialect({ name: `kit-${index}`, version: '1', spans: 3 });
    metrics.unknownDialect({ name: 'kit-0', version: '1', spans: 4 });
    const lines = (await metrics.text()).split('\n').filter((line) => line.includes('unknown_dialect') && !line.startsWith('#'));
    expect(lines).toHaveLength(unknownScopesMax + 1);
    expect(lines).toContainEqual(expect.stringMatching(/scope_name="kit-0",scope_version="1"\} 7$/));
    expect(lines).toContainEqual(expect.stringMatching(/scope_name="\(others\)",scope_version=""\} 6$/));
  } finally {
    metrics.close();
  }
});
