import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late an event loop runs what is due. */
export type EventLoopDelay = {
  /** 99th percentile since it was asked last, seconds; 0 where nothing was measured. */
  readonly p99Seconds: () => number;
  readonly stop: () => void;
};

/** Milliseconds between two looks: a loop that is idle wakes up as often. */
const resolutionMs = 10;

/** Begins to watch the event loop of this thread. */
export function watchEventLoop(
  histogram: Pick<
    ReturnType<typeof monitorEventLoopDelay>,
    'mean' | 'percentile' | 'reset' | 'enable' | 'disable'
  > = monitorEventLoopDelay({
    resolution: resolutionMs,
  }),
): EventLoopDelay {
  histogram.enable();
  return {
    p99Seconds: () => {
      // Node measures from look to look, so a loop that is on time shows the resolution, not 0.
      const lateMs = Number.isFinite(histogram.mean) ? histogram.percentile(99) / 1e6 - resolutionMs : 0;
      histogram.reset();
      return Math.max(lateMs, 0) / 1_000;
    },
    stop: () => {
      histogram.disable();
    },
  };
}
