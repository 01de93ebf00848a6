import { defineConfig } from 'vitest/config';

// Tests run against the sources of every workspace package (the `costspan-source` export condition), so no build is
// needed between an edit and a test. Tests that start the command use the built `dist`, as its users do.
// Without `import`, which Node would prefer then also where a package requires a script.
const conditions = ['costspan-source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
