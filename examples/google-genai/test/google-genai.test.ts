import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the example prints what its README shows', () => {
  const folder = new URL('..', import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ['--conditions=costspan-source', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  // Twice 900 x 0.30 and 100 x 2.50 a million: thoughts are output.
  expect(printed).toBe('In Rotterdam.\nIn Rotterdam.\n0.00104 USD\n');
});
