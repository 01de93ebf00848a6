import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedgerReader } from '@costspan/collector-processor';
import { waitFor } from '@costspan/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from '../support/cache-folder.ts';
import { type ScrapedService, startScrapedService } from './scraped-service.ts';
import { installedPrometheus } from './start-prometheus.ts';

const installed = installedPrometheus();
if (installed.kind === 'skipped') console.log(`the tests with Prometheus are skipped: ${installed.why}`);
const rules = join(repository, 'deploy/prometheus');

function promtool(...args: readonly string[]): { readonly status: number | null; readonly printed: string } {
  const program = installed.kind === 'ready' ? installed.promtool : '';
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: rules, encoding: 'utf8' });
  return { status, printed: stdout + stderr };
}

describe.skipIf(installed.kind === 'skipped')('the rules for Prometheus', () => {
  test('and the configuration are valid', () => {
    expect(promtool('check', 'rules', 'recording-rules.yaml', 'alert-rules.yaml')).toMatchObject({ status: 0 });
    expect(promtool('check', 'config', 'prometheus.yaml')).toMatchObject({ status: 0 });
  });

  test('record and alert as they should', () => {
    expect(promtool('test', 'rules', 'rules.test.yaml')).toMatchObject({
      status: 0,
      printed: expect.stringContaining('SUCCESS'),
    });
  });

  test('have a test for every alert', () => {
    const alerts = parse(readFileSync(join(rules, 'alert-rules.yaml'), 'utf8')).groups.flatMap(
      (group: { rules: [] }) => group.rules,
    );
    const tested = readFileSync(join(rules, 'rules.test.yaml'), 'utf8');
    const untested = alerts.filter(({ alert }: { alert: string }) => !tested.includes(`{alertname="${alert}"}`));
    expect(alerts.length).toBeGreaterThan(0);
    expect(untested).toEqual([]);
  });
});

describe.skipIf(installed.kind === 'skipped')('Prometheus scraping the running service', () => {
  let service: ScrapedService;
  beforeAll(async () => {
    service = await startScrapedService(installed.kind === 'ready' ? installed.prometheus : '');
  });
  afterAll(() => service?.[Symbol.asyncDispose]());

  test('finds it well, and every rule that records a cost records something', async () => {
    const { prometheus } = service;
    await waitFor('the service is up', async () => (await prometheus.targets())['costspan'] === 'up', { timeoutMs: 60_000 });
    const groups = parse(readFileSync(join(rules, 'recording-rules.yaml'), 'utf8')).groups;
    const names: readonly string[] = groups.flatMap((group: { rules: { record: string }[] }) =>
      group.rules.map(({ record }) => record),
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      await waitFor(`${name} has a value`, async () => (await prometheus.query(name)).length > 0, { timeoutMs: 60_000 });
    }
  });

  test('shows costs that agree with the records within 1e-9', async () => {
    const { prometheus, ledgerFile, stopTraffic } = service;
    await stopTraffic();
    const reader = openLedgerReader(ledgerFile);
    const exact = [...reader.records()].reduce((sum, { totalPico }) => sum + totalPico, 0n);
    reader.close();
    expect(exact).toBeGreaterThan(0n);
    const expected = Number(exact) / 1e12;
    await waitFor(
      `the metrics show ${expected}`,
      async () => {
        const [total] = await prometheus.query('sum(costspan_cost{type!="(none)"})');
        return total !== undefined && Math.abs(total.value - expected) <= expected * 1e-9;
      },
      { timeoutMs: 60_000 },
    );
  });

  test('shows no item, and no more series than there are kinds of things', async () => {
    const series = await service.prometheus.query('{__name__=~"costspan_.+"}');
    expect(series.filter(({ labels }) => Object.values(labels).some((value) => /^T-\d/.test(value)))).toEqual([]);
    expect(series.length).toBeLessThan(600);
  });
});
