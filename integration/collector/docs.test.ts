import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeIssues } from '@costspan/collector-processor';
import { expect, test } from 'vitest';
import { checkCollector } from '../../packages/cli/src/collector/check-collector.ts';
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

test('docs/collector.md shows a finding as the check words it', () => {
  const broken = readFileSync(join(examples, 'side-branch/collector.yaml'), 'utf8').replace(
    /.*Never given up.*\n.*max_elapsed_time.*\n/,
    '',
  );
  const { findings } = checkCollector(broken, { environment: {}, exporters: [] });
  expect(readFileSync(join(repository, 'docs/collector.md'), 'utf8')).toContain(describeIssues('collector.yaml', findings));
});
