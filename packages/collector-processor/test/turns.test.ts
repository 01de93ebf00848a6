import { describe, expect, test } from 'vitest';
import type { Steps } from '../src/otlp/codec.ts';
import { createTurns } from '../src/turns.ts';

test('one turn for each round of the loop, in order', async () => {
  const { take } = createTurns();
  const happened: string[] = [];
  const work = ['a', 'b', 'c'].map((name) => take().then(() => happened.push(name)));
  for (let round = 1; round <= 4; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    happened.push(`round ${round}`);
  }
  await Promise.all(work);
  expect(happened).toEqual(['a', 'round 1', 'b', 'round 2', 'c', 'round 3', 'round 4']);
});

test('after a pause the next turn comes as before', async () => {
  const { take } = createTurns();
  await take();
  await take();
  await Promise.all([take(), take()]);
  expect(await take()).toBeUndefined();
});

describe('work of many steps', () => {
  /** Says when each of its steps is done; each takes a millisecond of a clock that nothing else moves. */
  function createWork(happened: string[]): {
    readonly turns: ReturnType<typeof createTurns>;
    readonly steps: (name: string, count: number) => Steps<string>;
  } {
    let nowMs = 0;
    return {
      turns: createTurns({ turnMs: 2, nowMs: () => nowMs }),
      steps: function* (name, count) {
        for (let step = 1; step <= count; step += 1) {
          nowMs += 1;
          happened.push(`${name}${step}`);
          yield;
        }
        return name;
      },
    };
  }

  test('makes way when its time is over, and goes on before all that waits', async () => {
    const happened: string[] = [];
    const { turns, steps } = createWork(happened);
    const doWork = async (name: string, count: number): Promise<string> => {
      await turns.take();
      return turns.finish(steps(name, count));
    };
    const done = Promise.all([doWork('a', 5), doWork('b', 1)]);
    for (let round = 1; round <= 4; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      happened.push(`round ${round}`);
    }
    expect(await done).toEqual(['a', 'b']);
    expect(happened).toEqual(['a1', 'a2', 'round 1', 'a3', 'a4', 'round 2', 'a5', 'round 3', 'b1', 'round 4']);
  });

  test('that fails says so, and the next has its turn', async () => {
    const { turns, steps } = createWork([]);
    const fails = async (): Promise<string> => {
      await turns.take();
      return turns.finish(
        (function* (): Steps<string> {
          yield;
          throw new Error('no more');
        })(),
      );
    };
    await expect(fails()).rejects.toThrow('no more');
    await turns.take();
    expect(await turns.finish(steps('b', 3))).toBe('b');
  });
});
