import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the example prints what its README shows', () => {
  const folder = new URL('..', import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ['--conditions=costspan-source', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  // 800 x $1.25 and 200 x $10 a million: 0.003 an answer; and at most 0.0066 an answer is set aside.
  expect(printed).toBe(
    [
      'careful researcher: has 0.017 left of its slice',
      'soft limit reached: 0.012 USD',
      'restless researcher: stopped after 7 findings: budget-exceeded',
      'a question too long: money',
      '',
    ].join('\n'),
  );
});
