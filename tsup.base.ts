import { defineConfig } from 'tsup';

type BuildOptions = {
  /** Dependencies that become a part of the package. Default: none. */
  readonly bundled?: readonly RegExp[];
};

/** The tsup options every package shares. `tsc -b` writes the declarations beside the JavaScript, so only JavaScript is cleaned here. */
export const packageBuild = (entry: string[], { bundled = [] }: BuildOptions = {}): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry,
    noExternal: [...bundled],
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
