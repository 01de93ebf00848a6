import { defineConfig } from 'vitest/config';
import base from '../vitest.config.ts';

// Real programs beside ours: the Collector, Python, Prometheus. One file after the other, because each of them starts several
// processes and this has to run on two cores.
export default defineConfig({
  resolve: base.resolve ?? {},
  ssr: base.ssr ?? {},
  test: {
    include: ['integration/**/*.test.ts'],
    globalSetup: ['integration/prepare.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
