// Runs the checks that are slower than the tests, prints what failed, and closes with "N passed, M failed".
//
//   node scripts/check.ts [--only name] [--started unix-seconds] [--tests-exit status --tests-report vitest.json]
//
// With --started, what would begin more than 24 minutes after it is left out and said so: the whole has 45 minutes.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

type Check = {
  readonly name: string;
  readonly command: readonly string[];
  /** Lines of its output that are shown also when it passes. */
  readonly shown?: RegExp;
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    started: { type: 'string' },
    'tests-exit': { type: 'string' },
    'tests-report': { type: 'string' },
  },
});
const packages = readdirSync('packages').filter((name) => existsSync(join('packages', name, 'package.json')));
const published = packages.filter(
  (name) => JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8')).private !== true,
);

const source = '--conditions=costspan-source';

/** Far from the goals, because machines that check are shared: only a change for the worse by far is to stop anyone. */
const benchmarks: readonly Check[] = [
  { name: 'a price is fast enough', command: ['node', source, 'benches/price.ts', '--gate'] },
  { name: 'the codec is fast enough', command: ['node', source, 'benches/codec.ts', '--gate', '8'] },
  {
    name: 'the service is fast enough, and small enough',
    command: ['node', source, 'benches/serve.ts', '--only', 'agj', '--seconds', '5', '--gate', '0.3'],
  },
  { name: 'a budget check costs little', command: ['node', source, 'benches/budget.ts', '--check'] },
  { name: 'metering costs little', command: ['node', source, 'benches/wrap-overhead.ts', '--gate'] },
  {
    name: 'memory is flat over abandoned streams',
    command: ['node', source, 'benches/wrap-overhead.ts', '--memory', '--calls', '20000', '--gate'],
  },
];

const checks: readonly Check[] = [
  { name: 'lint, format and boundaries', command: ['biome', 'ci', '.', '--error-on-warnings'] },
  { name: 'generated files are up to date', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: 'types of tests, examples and scripts', command: ['tsc', '-p', 'tsconfig.tests.json'] },
  { name: 'house rules', command: ['node', 'scripts/tidy.ts'] },
  { name: 'TypeScript in the documentation compiles', command: ['node', 'scripts/check-docs.ts'] },
  { name: 'no unused files, exports or dependencies', command: ['knip'] },
  ...published.map((name) => ({ name: `publint ${name}`, command: ['publint', '--strict', join('packages', name)] })),
  ...published
    .filter((name) => name !== 'cli')
    .map((name) => ({
      name: `are the types wrong: ${name}`,
      command: ['attw', '--pack', join('packages', name), '--profile', 'esm-only'],
    })),
  { name: 'packages work under require()', command: ['node', 'scripts/checks/require.cjs'] },
  { name: 'the demo prints what the documentation shows', command: ['node', 'scripts/checks/demo.ts'] },
  { name: 'the report page in a browser', command: ['node', 'scripts/checks/report-page.ts'] },
  { name: 'budgets shared in Redis', command: ['node', 'scripts/checks/redis.ts'] },
  { name: 'the packages, the image and the systemd unit install and run', command: ['node', 'scripts/checks/install-paths.ts'] },
  { name: 'conformance on every pair of supported versions', command: ['node', 'test/matrix/main.ts'] },
  {
    name: 'in a real Collector pipeline, with real tools',
    command: ['vitest', 'run', '--config', 'integration/vitest.config.ts'],
    shown: /^.* (?:is|are) skipped: .*$/gm,
  },
  ...benchmarks,
].filter(({ name }) => values.only === undefined || name.includes(values.only));

/** The longest check takes a quarter of an hour where nothing is cached; all of them have to end within 43 minutes. */
const checkTimeoutMs = 30 * 60_000;
const endsWithinMs = 43 * 60_000;
const beginsWithinMs = 24 * 60_000;
const startedMs = values.started === undefined ? Number.POSITIVE_INFINITY : Number(values.started) * 1_000;

let passed = 0;
let failed = 0;
for (const { name, command, shown } of checks) {
  const [program = '', ...args] = command;
  if (Date.now() - startedMs > beginsWithinMs) {
    console.log(`skipped: ${name}. There was no time left; run it with \`node scripts/check.ts --only '${name}'\``);
    continue;
  }
  const started = performance.now();
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 1024 * 1024,
    timeout: Math.max(60_000, Math.min(checkTimeoutMs, startedMs + endsWithinMs - Date.now())),
    killSignal: 'SIGKILL',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const [line] of shown === undefined ? [] : (result.stdout ?? '').matchAll(shown)) console.log(line);
  if (result.status === 0) passed += 1;
  else {
    failed += 1;
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
  }
  console.log(`${result.status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
}

const tests = testCounts();
console.log(`\n${passed + tests.passed} passed, ${failed + tests.failed} failed`);
if (failed + tests.failed > 0) process.exit(1);

/** Counts of the test run before the checks. A run that ended badly without a failed test counts as one failure. */
function testCounts(): { readonly passed: number; readonly failed: number } {
  const { 'tests-report': report, 'tests-exit': exit } = values;
  if (report === undefined) return { passed: 0, failed: 0 };
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests === 0 && exit !== '0' ? 1 : numFailedTests };
}
