import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the example prints what its README shows', () => {
  const folder = new URL('..', import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ['--conditions=costspan-source', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  // gpt-5: 800 x 1.25 and 100 x 10; gpt-5-mini: 800 x 0.25 and 100 x 2 a million.
  expect(printed).toBe('T-1 0.0024 USD resolved\nT-2 0.0024 USD resolved\n');
});
