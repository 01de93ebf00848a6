import { MessageChannel } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { CostspanError } from '../../src/errors.ts';
import { type Caller, connectCalls } from '../../src/threads/calls.ts';

type Sums = {
  readonly add: (numbers: readonly number[]) => Promise<number>;
  readonly fail: (how: 'known' | 'unknown' | 'text') => void;
  readonly never: () => Promise<void>;
};

const open: MessageChannel[] = [];
afterEach(() => {
  for (const { port1, port2 } of open.splice(0)) for (const port of [port1, port2]) port.close();
});

function connect(): Caller<Sums> {
  const channel = new MessageChannel();
  open.push(channel);
  connectCalls<Record<string, never>>(channel.port2, {
    add: async (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0),
    fail: (how: string) => {
      if (how === 'known') throw new CostspanError('ledger-unavailable', 'ledger: full');
      if (how === 'unknown') throw new TypeError('not a function');
      throw how;
    },
    never: () => new Promise(() => undefined),
  });
  return connectCalls<Sums>(channel.port1, {});
}

test('questions at the same time get their own answers', async () => {
  const { ask } = connect();
  expect(await Promise.all([ask('add', [1, 2]), ask('add', []), ask('add', [3, 4, 5])])).toEqual([3, 0, 12]);
});

test('what the other side threw is thrown here, with its code', async () => {
  const { ask } = connect();
  await expect(ask('fail', 'known')).rejects.toEqual(new CostspanError('ledger-unavailable', 'ledger: full'));
  await expect(ask('fail', 'unknown')).rejects.toEqual(new Error('not a function'));
  await expect(ask('fail', 'text')).rejects.toEqual(new Error('text'));
});

test('once the other side has gone, open and further questions are rejected', async () => {
  const { ask, end } = connect();
  const open = ask('never', undefined);
  end(new CostspanError('ledger-unavailable', 'gone'));
  await expect(open).rejects.toThrow('gone');
  await expect(ask('add', [1])).rejects.toThrow('gone');
});
