import { expect, test } from 'vitest';
import { createBufferPool } from '../src/buffer-pool.ts';
import { pooledBytesMax, pooledBytesMin, pooledIdleBytesMax } from '../src/limits.ts';

test('memory that was given back is handed out again, in the length that is asked for', () => {
  const pool = createBufferPool();
  const first = pool.take(100_000);
  pool.giveBack(first);
  const second = pool.take(99_999);
  expect([second.buffer === first.buffer, second.length]).toEqual([true, 99_999]);
  expect(pool.take(100_000).buffer).not.toBe(second.buffer);
});

test('memory given back twice is handed out once', () => {
  const pool = createBufferPool();
  const memory = pool.take(100_000);
  pool.giveBack(memory);
  pool.giveBack(memory.subarray(5));
  expect(pool.take(100_000).buffer).not.toBe(pool.take(100_000).buffer);
});

test('memory of other origin is left alone', () => {
  const pool = createBufferPool();
  const foreign = Buffer.alloc(100_000);
  pool.giveBack(foreign);
  expect(pool.take(100_000).buffer).not.toBe(foreign.buffer);
});

test.each([pooledBytesMin - 1, pooledBytesMax + 1, 0])('%i bytes are not kept', (byteCount) => {
  const pool = createBufferPool();
  const memory = pool.take(byteCount);
  expect(memory.length).toBe(byteCount);
  pool.giveBack(memory);
  expect(pool.take(byteCount).buffer === memory.buffer && memory.buffer.byteLength === byteCount && byteCount > 0).toBe(false);
});

test('no more is kept than the bound, and no buffer is a quarter larger than asked for', () => {
  const pool = createBufferPool();
  const taken = Array.from({ length: 20 }, () => pool.take(4_000_000));
  for (const memory of taken) {
    expect(memory.buffer.byteLength).toBeLessThan(4_000_000 * 1.25);
    pool.giveBack(memory);
  }
  const known = new Set(taken.map(({ buffer }) => buffer));
  const reused = Array.from({ length: 20 }, () => pool.take(4_000_000)).filter(({ buffer }) => known.has(buffer));
  expect(reused.length).toBe(Math.floor(pooledIdleBytesMax / (taken[0]?.buffer.byteLength ?? 1)));
});
