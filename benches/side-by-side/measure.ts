import type { CostShare } from '../serve/payload.ts';
import { ask, cpuSeconds, residentMebibytes, startScript } from '../serve/processes.ts';
import type { Contender, Started } from './contenders.ts';

/** One round of one contender. */
export type Round = {
  readonly cpuMicrosPerSpan: number;
  readonly spansPerSecond: number;
  readonly residentMebibytesMax: number;
  readonly delayMsMedian: number;
  readonly delayMsP99: number;
};

type Progress = {
  readonly acknowledgedSpans: number;
  readonly refusedRequests: number;
  readonly delayMsMedian: number;
  readonly delayMsP99: number;
};

/** Rate of the part that measures delays, in spans a second: below what every contender can do, and the same for all. */
export const calmSpansPerSecond = 5_000;

const connections = 4;

/** Full load for `seconds`, for processor time; then a calm rate for as long, for delays. The load is a process of its own. */
export async function measureRound(contender: Contender, started: Started, share: CostShare, seconds: number): Promise<Round> {
  const flags = [`--port=${started.httpPort}`, `--share=${share}`, `--connections=${connections}`];
  const load = startScript('./load.ts', [...flags, ...(contender.renew ? ['--renew'] : [])]);
  try {
    while ((await ask<Progress>(load)).acknowledgedSpans === 0) await wait(0.2);
    await wait(2);
    const [before, cpuBefore, startedMs] = [await ask<Progress>(load), cpuSeconds(started.pid), performance.now()];
    let residentMebibytesMax = 0;
    while (performance.now() < startedMs + seconds * 1_000) {
      residentMebibytesMax = Math.max(residentMebibytesMax, residentMebibytes(started.pid));
      await wait(0.25);
    }
    const [after, cpuAfter, endedMs] = [await ask<Progress>(load), cpuSeconds(started.pid), performance.now()];
    if (after.refusedRequests > 0) throw new Error(`${contender.name} refused ${after.refusedRequests} requests`);
    const spans = after.acknowledgedSpans - before.acknowledgedSpans;
    await ask(load, { rate: calmSpansPerSecond });
    await wait(seconds);
    const { delayMsMedian, delayMsP99 } = await ask<Progress>(load);
    return {
      cpuMicrosPerSpan: ((cpuAfter - cpuBefore) * 1e6) / spans,
      spansPerSecond: (spans * 1_000) / (endedMs - startedMs),
      residentMebibytesMax,
      delayMsMedian,
      delayMsP99,
    };
  } finally {
    load.disconnect();
  }
}

function wait(forSeconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forSeconds * 1_000));
}
