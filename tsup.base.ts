import { defineConfig } from 'tsup';

/** The tsup options every package shares. `tsc -b` writes the declarations beside the JavaScript, so only JavaScript is cleaned here. */
export const packageBuild = (entry: string[]): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    sourcemap: true,
    splitting: true,
    // esbuild would otherwise strip the prefix, and a bare `sqlite` resolves to nothing.
    removeNodeProtocol: false,
    // Everything but the declarations, which belong to tsc -b.
    clean: ['!**/*.d.ts', '!**/*.d.ts.map'],
    silent: true,
  });
