// What metering adds to a call of the OpenAI client, against the bare client and other instrumentations, in CPU time.
//
//   node --conditions=costspan-source benches/wrap-overhead.ts [--gate] [--memory] [--calls 100000]
//
// Each wrapper gets a process, because patches are global. In it the bare client (the ESM copy of the package, which no
// patch reaches) and the wrapped one (the CommonJS copy) take turns; the answers come from memory. All use openai 6, the
// newest that all of them support. The caller of a stream asks for its usage, so that all report it; the last column is for
// one who does not, where only Costspan does. `--memory` instead makes 100,000 streamed calls of which half are given up.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contenders } from './wrap-overhead/contenders.ts';

/** Goal of what is added to a streamed chunk, in CPU microseconds. */
const chunkGoal = 5;
/** What `--gate` allows: several times what a quiet machine shows. */
const gates = { perChunk: 10, perCallOfBare: 4, heapGrowthBytes: 8e6 };

const { values } = parseArgs({
  options: {
    gate: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    calls: { type: 'string', default: '100000' },
  },
});

type Speed = {
  readonly spans: number;
  readonly bare: number;
  readonly bareStream: number;
  readonly perCall: number;
  readonly perStream: number;
  readonly perChunk: number;
  readonly perOpenStream: number;
};

const columns = [
  ['bare', 1],
  ['perCall', 1],
  ['bareStream', 1],
  ['perStream', 1],
  ['perChunk', 2],
  ['perOpenStream', 1],
] as const;

const run = (...args: readonly string[]): unknown => {
  const worker = join(import.meta.dirname, 'wrap-overhead', 'worker.ts');
  const flags = ['--conditions=costspan-source', '--expose-gc', '--disable-warning=ExperimentalWarning'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, worker, ...args], { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  console.error(stderr);
  return undefined;
};

const printSpeed = (): boolean => {
  console.log('CPU us             bare call    + call    bare stream    + stream    + chunk    + stream, usage not asked for');
  const measured = Object.keys(contenders).flatMap((name) => {
    const speed = run(name) as Speed | undefined;
    if (speed === undefined || speed.spans === 0) {
      console.log(`${name.padEnd(18)} does not run, or reports nothing`);
      return [];
    }
    const figures = columns.map(([key, digits]) => speed[key].toFixed(digits).padStart(11));
    console.log(`${name.padEnd(16)}${figures.join('')}`);
    return [{ name, ...speed }];
  });
  const ours = measured.find(({ name }) => name === 'Costspan');
  if (ours === undefined) return false;
  const lowest = (key: 'perCall' | 'perStream'): string =>
    measured.reduce((left, right) => (right[key] < left[key] ? right : left)).name;
  console.log(
    `goal: below ${chunkGoal} us a chunk: ${ours.perChunk < chunkGoal ? 'met' : 'missed'} with ${ours.perChunk.toFixed(2)}`,
  );
  console.log(`goal: lowest of all: a call is ${lowest('perCall')}'s, a stream of 20 chunks is ${lowest('perStream')}'s`);
  return ours.perChunk < gates.perChunk && ours.perCall < gates.perCallOfBare * ours.bare;
};

const printMemory = (): boolean => {
  const result = run('Costspan', '--memory', values.calls) as { readonly heaps: readonly number[] } | undefined;
  if (result === undefined) return false;
  const megabytes = result.heaps.map((heap) => (heap / 1e6).toFixed(2));
  console.log(`heap in MB after each tenth of ${values.calls} streamed calls, half of them given up: ${megabytes.join(' ')}`);
  // The first tenths compile and fill caches.
  const growth = (result.heaps.at(-1) ?? 0) - (result.heaps[2] ?? 0);
  console.log(`goal: flat; from the third tenth to the last ${growth < 0 ? '-' : '+'}${(Math.abs(growth) / 1e6).toFixed(2)} MB`);
  return growth < gates.heapGrowthBytes;
};

const isGood = values.memory ? printMemory() : printSpeed();
if (values.gate && !isGood) process.exit(1);
