// The conformance suite on the supported versions of clients, OpenTelemetry, Node and module systems.
//
//   node test/matrix/main.ts           a set of combinations that holds every pair; AI SDK: one way to meter each model
//   node test/matrix/main.ts --full    every combination, every way
//   node test/matrix/main.ts --only openai-5
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Cell, type CellResult, clients, moduleSystems, nodes, otels } from './cell-type.ts';
import { combinationsOf, pairwise } from './pairs.ts';

/** Longest time of a cell, in milliseconds: one that gets stuck says where long before, unless it blocks its own event loop. */
const cellTimeoutMs = 300_000;

const { values } = parseArgs({ options: { full: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } });

const dimensions = { client: Object.keys(clients), node: nodes, otel: otels, modules: moduleSystems };
const cells = (values.full ? combinationsOf(dimensions) : pairwise(dimensions)) as readonly Cell[];
const nameOf = ({ client, node, otel, modules }: Cell): string => `${client} node-${node} ${otel} ${modules}`;

const programOf = (node: Cell['node']): string =>
  node === process.versions.node.split('.')[0]
    ? process.execPath
    : join(dirname(createRequire(import.meta.url).resolve(`node-${node}/package.json`)), 'bin', 'node');

/** Runs a cell in a process of its own, which must end by itself. */
const run = async (cell: Cell): Promise<readonly string[]> => {
  const script = join(import.meta.dirname, cell.modules === 'import' ? 'cell-import.ts' : 'cell-require.cjs');
  const size = values.full ? ['full'] : [];
  const child = spawn(programOf(cell.node), ['--disable-warning=ExperimentalWarning', script, cell.client, cell.otel, ...size], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: cellTimeoutMs,
  });
  const [out, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | NodeJS.Signals | null>((resolve) => child.once('exit', (status, signal) => resolve(status ?? signal))),
  ]);
  if (code === 'SIGTERM') return [`did not end within ${cellTimeoutMs / 1000} s`, out, errors];
  if (code !== 0) return [`ended with ${code}`, errors, out];
  const { passed, skipped, failures } = JSON.parse(out) as CellResult;
  const expected: readonly string[] = clients[cell.client];
  if (JSON.stringify(skipped) !== JSON.stringify(expected)) {
    return [`expected only ${JSON.stringify(expected)} to be impossible, found ${JSON.stringify(skipped)}`, ...failures];
  }
  if (passed === 0) return ['no scenario was run', ...failures];
  console.log(`ok     ${nameOf(cell)}: ${passed} scenarios`);
  return failures;
};

const queue = cells.filter((cell) => nameOf(cell).includes(values.only));
const total = queue.length;
let failed = 0;

const work = async (): Promise<void> => {
  for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
    const problems = await run(cell);
    if (problems.length === 0) continue;
    failed += 1;
    console.log(`FAILED ${nameOf(cell)}\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
};

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(`${total - failed} of ${total} combinations of ${values.full ? 'all' : 'a pairwise set'} passed`);
if (failed > 0 || total === 0) process.exit(1);
