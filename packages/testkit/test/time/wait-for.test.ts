import { expect, test } from 'vitest';
import { createChanges, waitFor } from '../../src/index.ts';

test('returns what the condition found', async () => {
  let looks = 0;
  expect(await waitFor('the third look', () => (++looks === 3 ? looks : undefined))).toBe(3);
});

test('says what did not happen', async () => {
  await expect(waitFor('rain', () => false, { timeoutMs: 1 })).rejects.toThrow('waitFor: rain did not happen within 1 ms');
});

test('changes wake those who wait, and only when their condition holds', async () => {
  const changes = createChanges();
  let count = 0;
  const waiting = changes.waitUntil('two', () => count === 2).then(() => count);
  for (count = 1; count <= 2; count += 1) {
    changes.announce();
    if (count === 2) break;
  }
  expect(await waiting).toBe(2);
  await expect(changes.waitUntil('three', () => count === 3, 1)).rejects.toThrow('three did not happen within 1 ms');
});
