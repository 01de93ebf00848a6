import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@costspan/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScrapedService, startScrapedService } from '../prometheus/scraped-service.ts';
import { installedPrometheus } from '../prometheus/start-prometheus.ts';
import { repository } from '../support/cache-folder.ts';

const installed = installedPrometheus();
if (installed.kind === 'skipped') console.log(`the dashboards are skipped: ${installed.why}`);

type Panel = { readonly title: string; readonly targets: ReadonlyArray<{ readonly expr: string }> };

const folder = join(repository, 'dashboards');
const panels = readdirSync(folder).flatMap((file) => {
  const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ file, title, expression: expr })));
});

describe('the dashboards', () => {
  test('say of every amount of money that it is a trend', () => {
    const money = panels.filter(({ expression }) => /costspan_cost\{|costspan_work_item_total_/.test(expression));
    const shares = /^Share of waste$/;
    const unsaid = money.filter(({ title }) => !shares.test(title) && !title.endsWith('(trend, not for closing)'));
    expect(money.length).toBeGreaterThan(0);
    expect(unsaid).toEqual([]);
  });
});

describe.skipIf(installed.kind === 'skipped')('on a Prometheus that scrapes a busy service, no panel is empty', () => {
  let service: ScrapedService;
  beforeAll(async () => {
    service = await startScrapedService(installed.kind === 'ready' ? installed.prometheus : '');
  });
  afterAll(() => service?.[Symbol.asyncDispose]());

  test.each(panels)('$file: $title: $expression', async ({ expression }) => {
    const query = expression.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '15s');
    await waitFor(
      'the panel shows a value',
      async () => (await service.prometheus.query(query)).some(({ value }) => Number.isFinite(value)),
      { timeoutMs: 60_000 },
    );
  });
});
