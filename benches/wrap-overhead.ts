// What metering adds to a call of the OpenAI client, against the bare client and other instrumentations, in CPU time.
//
//   node --conditions=costspan-source benches/wrap-overhead.ts [--gate] [--memory] [--calls 100000]
//
// Each wrapper gets processes of its own, because patches are global. In it the bare client (the ESM copy of the package, which
// no patch reaches) and the wrapped one (the CommonJS copy) take turns; the answers come from memory. The wrappers take turns
// too, three processes each, and the median of the three counts: what disturbs the machine for a while disturbs all. `--gate`
// looks only at ours and the cheapest other, in two shorter processes each. All use openai 6, the newest that all support. The
// caller of a stream asks for its usage, so that all report it; the last column is for one who does not, where only Costspan does. `--memory` instead makes 100,000 streamed calls of which half are given up.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contenders } from './wrap-overhead/contenders.ts';

/** Goal of what is added to a streamed chunk, in CPU microseconds. */
const chunkGoal = 5;
/** What `--gate` allows: several times what a quiet machine shows, or what another wrapper adds on the same busy one. */
const gates = { perChunk: 10, ofOther: 5, ofBare: 1.5, heapGrowthBytes: 8e6 };
/** The wrapper that `--gate` compares ours with: the one that adds the least to most calls. */
const cheapest = 'OpenTelemetry';

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

/** The median of each figure over some processes; undefined where the wrapper does not run, or reports nothing. */
const combined = (speeds: readonly (Speed | undefined)[]): Speed | undefined => {
  const found = speeds.filter((speed) => speed !== undefined && speed.spans > 0) as readonly Speed[];
  const [first] = found;
  if (first === undefined || found.length < speeds.length) return undefined;
  const median = (key: keyof Speed): number => {
    const sorted = found.map((speed) => speed[key]).toSorted((left, right) => left - right);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  };
  return Object.fromEntries(Object.keys(first).map((key) => [key, median(key as keyof Speed)])) as Speed;
};

const printSpeed = (): boolean => {
  const names = values.gate ? ['Costspan', cheapest] : Object.keys(contenders);
  const { passes, rounds } = values.gate ? { passes: 2, rounds: 41 } : { passes: 3, rounds: 61 };
  const runs = Array.from({ length: passes }, () =>
    names.map((name) => ({ name, speed: run(name, '--speed', String(rounds)) as Speed | undefined })),
  ).flat();
  console.log('CPU us             bare call    + call    bare stream    + stream    + chunk    + stream, usage not asked for');
  const measured = names.flatMap((name) => {
    const speed = combined(runs.filter((one) => one.name === name).map((one) => one.speed));
    if (speed === undefined) {
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
  const other = measured.find(({ name }) => name === cheapest);
  if (other === undefined) return false;
  const isBelow = (key: 'perCall' | 'perStream', bare: 'bare' | 'bareStream'): boolean =>
    ours[key] < Math.max(gates.ofOther * other[key], gates.ofBare * ours[bare]);
  return ours.perChunk < gates.perChunk && isBelow('perCall', 'bare') && isBelow('perStream', 'bareStream');
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
