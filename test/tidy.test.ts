import { expect, test } from 'vitest';
import { findings } from '../scripts/tidy.ts';

test.each([
  ['pnpm-lock.yaml', 'tarball: https://registry.example.org/a.tgz', 'registry host'],
  ['docs/a.md', 'see /home/somebody/notes', 'machine path'],
  ['packages/sdk/src/a.ts', '// TODO: later', 'do it now'],
  ['packages/pricing/test/a.test.ts', 'expect(x).toBeCloseTo(1)', 'money is exact'],
  ['packages/sdk/src/index.ts', "export * from './a.ts';", 'one by one'],
  ['packages/sdk/src/utils.ts', '', 'after what it exports'],
  ['packages/sdk/src/a.ts', '\n'.repeat(400), 'at most 400'],
])('refuses in %s: %j', (path, text, advice) => {
  expect(findings(path, text).join('\n')).toContain(advice);
});

test('finds nothing in a tidy file', () => {
  expect(findings('packages/sdk/src/call.ts', "export const call = 'call';\n")).toEqual([]);
});
