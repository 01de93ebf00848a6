import { join } from 'node:path';
import { parseConfig, type Service, serve } from '@costspan/collector-processor';
import { type Costspan, startCostspan } from '@costspan/sdk';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: TemporaryFolder;
let service: Service;
let agent: Costspan;

beforeAll(async () => {
  folder = await createTemporaryFolder();
  const loaded = parseConfig(
    `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
ledger: { file: ${JSON.stringify(join(folder.path, 'costspan.db'))} }
`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  service = await serve({ config: loaded.config });
  agent = startCostspan({ endpoint: service.url, onMisuse: 'throw' });
});
afterAll(async () => {
  await agent.shutdown();
  await service.close();
  await folder.remove();
});

test('a recorded cost is what it was recorded as, whatever its category', async () => {
  const categories = ['vector', 'tool', 'human', 'infrastructure', 'observability', 'compliance', 'training', 'other'] as const;
  const item = { type: 'claim', id: 'C-1' };
  await agent.workItem.run(item, async () => {
    for (const category of categories) agent.recordCost({ category, amount: '0.125', currency: 'USD' });
  });
  await agent.flush();
  expect(await agent.workItem.ref(item).cost()).toMatchObject({
    total: '1',
    complete: true,
    byCategory: Object.fromEntries(categories.map((category) => [category, '0.125'])),
  });
});

test('a recorded cost of a model is not believed where nobody said so, and counted as unknown', async () => {
  const item = { type: 'claim', id: 'C-2' };
  await agent.workItem.run(item, async () => {
    agent.recordCost({ category: 'llm', amount: '0.125', currency: 'USD' });
  });
  await agent.flush();
  expect(await agent.workItem.ref(item).cost()).toMatchObject({ total: '0', complete: false, missing: { 'usage-missing': 1 } });
});
