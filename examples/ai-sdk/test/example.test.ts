import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the example prints what its README shows', () => {
  const folder = new URL('..', import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ['--conditions=costspan-source', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  // 900 x 1.25, 60 x 10; 100 x 1.25, 900 x 0.125, 160 x 10; 50 x 0.25, 30 x 2 a million: 3,635 millionths.
  expect(printed).toBe(
    ['Good news!', 'tool       0.002', 'llm        0.003635', 'embedding  0.00000012', 'total      0.00563512 USD', ''].join(
      '\n',
    ),
  );
});
