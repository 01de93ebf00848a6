import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../support/cache-folder.ts';

const examples = join(repository, 'examples/collector');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => readFileSync(join(examples, path), 'utf8'));
const pages = ['docs/collector.md', ...readdirSync(examples).map((name) => `examples/collector/${name}/README.md`)];

test.each(pages)('%s shows only configuration that a test runs', (page) => {
  const text = readFileSync(join(repository, page), 'utf8');
  const fences = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, fence = '']) => fence);
  expect(fences.filter((fence) => !files.some((file) => file.includes(fence)))).toEqual([]);
});
