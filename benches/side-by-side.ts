// What a hop costs: the same requests through a Collector and through Costspan, in one run. Linux only (it reads /proc).
// Build first: it measures what is published. Needs Go for the Collector.
// Run: node --conditions=costspan-source benches/side-by-side.ts [--write] [--rounds 3] [--seconds 6]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pinnedCollector } from '../integration/collector/build.ts';
import type { CostShare } from './serve/payload.ts';
import { ask, startScript } from './serve/processes.ts';
import { contenders, type Started } from './side-by-side/contenders.ts';
import { measureRound, type Round } from './side-by-side/measure.ts';
import { type Comparison, performancePage } from './side-by-side/page.ts';

const { values: flags } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
  },
});
const how = { rounds: Number(flags.rounds), seconds: Number(flags.seconds) };
const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

const pinned = pinnedCollector();
if (pinned.kind === 'skipped') throw new Error(`benches/side-by-side.ts: ${pinned.why}`);
const comparisons: Comparison[] = [];
for (const share of ['tenth', 'all'] as const) comparisons.push(await compare(pinned.collector, share));
const text = performancePage(comparisons, how);
if (flags.write) await writeFile(page, text);
else console.log(text);

/** All contenders run from the beginning to the end and take turns under load, so that what the machine does besides hits all. */
async function compare(collector: string, share: CostShare): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'costspan-bench-'));
  const sink = startScript('./sink.ts');
  const running: Started[] = [];
  try {
    const { http } = await ask<{ readonly http: number }>(sink);
    const all = contenders(collector);
    for (const contender of all) running.push(await contender.start(folder, http));
    const rounds: Round[][] = all.map(() => []);
    for (let round = 0; round < how.rounds; round += 1) {
      for (const [index, contender] of all.entries()) {
        const started = running[index];
        if (started !== undefined) rounds[index]?.push(await measureRound(contender, started, share, how.seconds));
      }
    }
    return { share, results: all.map((contender, index) => ({ contender, median: medianRound(rounds[index] ?? []) })) };
  } finally {
    for (const each of running) await each.stop();
    sink.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

function medianRound(rounds: readonly Round[]): Round {
  const median = (of: (round: Round) => number): number =>
    rounds.map(of).sort((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? 0;
  return {
    cpuMicrosPerSpan: median((round) => round.cpuMicrosPerSpan),
    spansPerSecond: median((round) => round.spansPerSecond),
    residentMebibytesMax: median((round) => round.residentMebibytesMax),
    delayMsMedian: median((round) => round.delayMsMedian),
    delayMsP99: median((round) => round.delayMsP99),
  };
}
