import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../src/config/load.ts';
import { createCostFamilies } from '../src/metrics-out/cost-families.ts';
import { createCostMetrics } from '../src/metrics-out/cost-metrics.ts';
import type { CostSums } from '../src/metrics-out/cost-sums.ts';
import { createSelfMetrics } from '../src/self-metrics.ts';
import { counterNames } from '../src/store/counters.ts';

const repository = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, repository), 'utf8');
const page = read('docs/metrics.md');

/** First cells of rows of the tables of the page. */
const rows = [...page.matchAll(/^\| `([\w.]+)` \|(.*)$/gm)].map(([, name = '', rest = '']) => ({ name, rest }));
const named = (start: string): readonly string[] => rows.map(({ name }) => name).filter((name) => name.startsWith(start));

const sums: CostSums = { emitter: '', currency: 'USD', createdAtNs: 0n, entries: [], items: [], closings: [] };

async function shown(): Promise<readonly string[]> {
  const self = createSelfMetrics({
    ...{ inFlightBytes: () => 0, inFlightBytesMax: 1, queueBytes: () => ({}), ledgerCounters: () => undefined, nowMs: () => 0 },
    book: () => ({ version: '', sha256: '' }),
  });
  const own = (await self.snapshot()).map(({ name }) => name);
  self.close();
  const costs = createCostMetrics({
    thread: { read: async () => sums, close: async () => undefined },
    clock: { nowMs: () => 0, wait: () => new Promise(() => undefined) },
    logger: { warn: () => undefined },
  });
  return [...own, ...(await costs.read()).map(({ name }) => name)];
}

describe('the page about metrics', () => {
  test('explains every metric the service shows, and no other', async () => {
    expect([...named('costspan_')].sort()).toEqual([...(await shown())].sort());
  });

  test('explains every metric that is registered', () => {
    const registered: readonly { id: string }[] = parse(read('packages/semconv/registry.yaml')).metrics;
    const known = rows.map(({ name }) => name.replaceAll('.', '_'));
    expect(registered.map(({ id }) => id.replaceAll('.', '_')).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('shows a configuration that is valid and leaves nothing unused', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    expect(parseConfig(yaml, {})).toMatchObject({
      ...{ kind: 'ok', warnings: [] },
      config: { service: { metricsOut: { intervalMs: 60_000, temporality: { 'otlp_http/other': 'delta' } } } },
    });
  });

  test('explains every alert', () => {
    const groups = parse(read('deploy/prometheus/alert-rules.yaml')).groups;
    const alerts = groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert));
    expect(named('Costspan')).toEqual(alerts);
  });

  test('names the labels of costs', () => {
    const entry = {
      type: 't',
      outcome: 'o',
      completed: true,
      agent: 'a',
      category: 'llm',
      status: 'priced',
      waste: false,
    } as const;
    const families = createCostFamilies()({
      ...sums,
      entries: [{ ...entry, unpricedReasons: 'no-price', entries: 1, amountPico: 1n }],
      items: [{ type: 't', outcome: 'o', completed: true, state: 'open', items: 1 }],
      closings: [{ type: 't', outcome: 'o', completed: true, bucket: 0, items: 1, totalPico: 1n }],
    });
    for (const { name, values } of families) {
      const labels = Object.keys(values.at(-1)?.labels ?? {}).filter((label) => label !== 'le');
      const cell = rows.find((row) => row.name === name)?.rest.split('|', 1)[0] ?? '';
      const described =
        name === 'costspan_entry_count' ? labels.length === 7 : labels.every((label) => cell.includes(`\`${label}\``));
      expect([name, labels.length > 0, described]).toEqual([name, true, true]);
    }
  });

  test('names everything the ledger counts as exceptional', () => {
    const { rest } = rows.find(({ name }) => name === 'costspan_ledger_exceptional_spans') ?? { rest: '' };
    expect(counterNames.filter((name) => !rest.includes(`\`${name}\``))).toEqual([]);
  });
});
