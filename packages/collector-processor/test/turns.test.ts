import { expect, test } from 'vitest';
import { createTurns } from '../src/turns.ts';

test('one turn for each round of the loop, in order', async () => {
  const takeTurn = createTurns();
  const happened: string[] = [];
  const work = ['a', 'b', 'c'].map((name) => takeTurn().then(() => happened.push(name)));
  for (let round = 1; round <= 4; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    happened.push(`round ${round}`);
  }
  await Promise.all(work);
  expect(happened).toEqual(['a', 'round 1', 'b', 'round 2', 'c', 'round 3', 'round 4']);
});

test('after a pause the next turn comes as before', async () => {
  const takeTurn = createTurns();
  await takeTurn();
  await takeTurn();
  await Promise.all([takeTurn(), takeTurn()]);
  expect(await takeTurn()).toBeUndefined();
});
