// Feeds mutated payloads to the codec, the JSON reader and the receivers, as many as wanted. Every run has another seed and says
// it, so that what is found can be found again.
//
//   pnpm fuzz [--payloads 2000000] [--seed 7]
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { payloads: { type: 'string', default: '2000000' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } },
});
const tests = [
  'packages/collector-processor/test/otlp/hostile-bytes.test.ts',
  'packages/collector-processor/test/otlp/json-against-oracle.test.ts',
  'packages/collector-processor/test/otlp/json/scan-message.test.ts',
  'packages/collector-processor/test/receivers/hostile-requests.test.ts',
];
console.log(
  `${values.payloads} payloads each, seed ${values.seed}: pnpm fuzz --payloads ${values.payloads} --seed ${values.seed}`,
);
const { status } = spawnSync('vitest', ['run', ...tests], {
  stdio: 'inherit',
  env: { ...process.env, COSTSPAN_FUZZ_PAYLOADS: values.payloads, COSTSPAN_FUZZ_SEED: values.seed },
});
process.exitCode = status ?? 1;
