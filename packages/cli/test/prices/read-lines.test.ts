import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Line, readLines } from '../../src/prices/read-lines.ts';

async function linesOf(chunks: readonly (Uint8Array | string)[], charactersMax = 100): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(
    (async function* () {
      yield* chunks;
    })(),
    charactersMax,
  ))
    lines.push(line);
  return lines;
}

const textOf = (lines: readonly Line[]): readonly (string | undefined)[] =>
  lines.map((line) => (line.kind === 'text' ? line.text : undefined));

test('numbers lines from 1 and takes both line ends', async () => {
  expect(await linesOf(['a\nb\r\n\nc'])).toEqual([
    { kind: 'text', number: 1, text: 'a' },
    { kind: 'text', number: 2, text: 'b' },
    { kind: 'text', number: 3, text: '' },
    { kind: 'text', number: 4, text: 'c' },
  ]);
});

test('a last line end begins no line', async () => {
  expect(textOf(await linesOf(['a\n']))).toEqual(['a']);
  expect(textOf(await linesOf([]))).toEqual([]);
});

test('drops a line that is too long and goes on', async () => {
  expect(await linesOf(['ab', 'cd', 'ef\nxy\n', 'toolong'], 5)).toEqual([
    { kind: 'too_long', number: 1 },
    { kind: 'text', number: 2, text: 'xy' },
    { kind: 'too_long', number: 3 },
  ]);
});

test('how the bytes are cut does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
      fc.array(fc.nat(40)),
      async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((left, right) => left - right), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(textOf(await linesOf(chunks))).toEqual(lines);
      },
    ),
  );
});
