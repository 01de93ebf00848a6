import type { Clock } from './clock.ts';
import type { Pipeline } from './pipeline.ts';
import type { Receiver } from './receivers/receiver.ts';

/** Stops everything within one time limit: the receivers may use all of it, the pipeline gets what is left. */
export async function stopWithin(
  receivers: readonly Pick<Receiver, 'stop'>[],
  pipeline: Pick<Pipeline, 'close'>,
  timeoutMs: number,
  clock: Clock,
): Promise<void> {
  const timeUp = new AbortController();
  const finished = new AbortController();
  void clock.wait(timeoutMs, finished.signal).then(() => timeUp.abort());
  await Promise.all(receivers.map((receiver) => receiver.stop(timeoutMs)));
  await pipeline.close(timeUp.signal);
  finished.abort();
}
