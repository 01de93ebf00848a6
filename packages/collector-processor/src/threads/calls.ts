import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { CostspanError, type CostspanErrorCode } from '../errors.ts';

/** What one side of a channel can be asked. Arguments and answers are copied to the other thread. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

/** One end of a channel between threads: a worker, the port to its parent, or a port of a `MessageChannel`. */
export type Channel = Worker | MessagePort;

/** The other side of a channel. */
export type Caller<Others extends Calls> = {
  /** Rejects with what the other side threw, or with why it has gone. `transfer` is given away instead of copied. */
  readonly ask: <Name extends keyof Others & string>(
    name: Name,
    argument: Parameters<Others[Name]>[0],
    transfer?: readonly Transferable[],
  ) => Promise<Awaited<ReturnType<Others[Name]>>>;
  /** The other side has gone: every question without an answer is rejected, and every further one. */
  readonly end: (why: CostspanError) => void;
};

type Message =
  | { readonly kind: 'ask'; readonly id: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly code?: CostspanErrorCode; readonly message: string };

type Waiting = { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void };

/** Answers questions of the other side with `own` and asks it questions, any number at once, both ways over one channel. */
export function connectCalls<Others extends Calls>(channel: Channel, own: Calls): Caller<Others> {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let gone: CostspanError | undefined;

  const answer = async (id: number, name: string, argument: unknown): Promise<void> => {
    let message: Message;
    try {
      message = { kind: 'answer', id, value: await own[name]?.(argument as never) };
    } catch (error) {
      message = { kind: 'failed', id, ...(error instanceof CostspanError ? { code: error.code } : {}), message: String(error) };
      if (error instanceof Error) message = { ...message, message: error.message };
    }
    channel.postMessage(message);
  };

  channel.on('message', (message: Message) => {
    if (message.kind === 'ask') return void answer(message.id, message.name, message.argument);
    const asker = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'answer') asker?.resolve(message.value as never);
    else if (message.code === undefined) asker?.reject(new Error(message.message));
    else asker?.reject(new CostspanError(message.code, message.message));
  });

  return {
    ask: (name, argument, transfer = []) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) return reject(gone);
        asked += 1;
        waiting.set(asked, { resolve, reject });
        channel.postMessage({ kind: 'ask', id: asked, name, argument } satisfies Message, transfer);
      }),
    end: (why) => {
      gone ??= why;
      for (const { reject } of waiting.values()) reject(gone);
      waiting.clear();
    },
  };
}
