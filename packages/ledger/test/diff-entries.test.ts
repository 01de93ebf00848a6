import { expect, test } from 'vitest';
import { diffEntries, type StoredVersion } from '../src/index.ts';

const stored = (id: string, version: number, content: string, state: StoredVersion['state'] = 'live'): StoredVersion => ({
  id,
  version,
  content,
  state,
});
const wanted = (id: string, content: string) => ({ id, content });
const lines = (changes: ReturnType<typeof diffEntries>): readonly string[] =>
  changes.map((change) =>
    change.kind === 'void'
      ? `void ${change.id} v${change.version}`
      : `add ${change.entry.id} v${change.version} ${change.entry.content}`,
  );

test.each<[string, readonly StoredVersion[], readonly { id: string; content: string }[], readonly string[]]>([
  ['a new entry is version 1', [], [wanted('a', 'x')], ['add a v1 x']],
  ['an entry that stays is left alone', [stored('a', 1, 'x')], [wanted('a', 'x')], []],
  ['a changed entry is a void and a new version', [stored('a', 1, 'x')], [wanted('a', 'y')], ['void a v1', 'add a v2 y']],
  ['an entry that is no longer wanted is a void', [stored('a', 3, 'x')], [], ['void a v3']],
  ['a voided entry that is wanted again is a new version', [stored('a', 2, 'x', 'void')], [wanted('a', 'x')], ['add a v3 x']],
  ['a voided entry nobody wants is left alone', [stored('a', 2, 'x', 'void')], [], []],
  [
    'changes come by entry, whatever the order of what is stored and wanted',
    [stored('c', 1, 'x'), stored('b', 1, 'x')],
    [wanted('b', 'y'), wanted('a', 'x')],
    ['add a v1 x', 'void b v1', 'add b v2 y', 'void c v1'],
  ],
])('%s', (_name, before, now, expected) => {
  expect(lines(diffEntries(before, now))).toEqual(expected);
});
