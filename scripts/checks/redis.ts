// Runs the tests of budgets that several processes share against the Redis of Debian, installed where it is missing.
import { spawnSync } from 'node:child_process';
import { debianProgram } from './debian-package.ts';

const program = debianProgram('/usr/bin/redis-server', 'redis-server');
if ('missing' in program) {
  console.log(`skipped: ${program.missing}`);
} else {
  const { status } = spawnSync('vitest', ['run', 'packages/sdk/test/redis'], {
    stdio: 'inherit',
    env: { ...process.env, REDIS_SERVER: program.path },
  });
  process.exitCode = status ?? 1;
}
