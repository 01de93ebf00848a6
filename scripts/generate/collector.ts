import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedFile } from '../generate.ts';

const topologies = ['side-branch', 'inline-hop'] as const;

/** What `costspan config init --collector` writes: the files of the examples, as the integration tests run them. */
export function collectorFiles(root: string): readonly GeneratedFile[] {
  const file = (topology: string, name: string): string =>
    readFileSync(join(root, 'examples/collector', topology, name), 'utf8').replaceAll(/[\\`]|\$\{/g, (match) => `\\${match}`);
  const entries = topologies.map(
    (topology) =>
      `  '${topology}': {\n    collector: \`${file(topology, 'collector.yaml')}\`,\n    costspan: \`${file(topology, 'costspan.yaml')}\`,\n  },\n`,
  );
  const text = `// Generated from examples/collector by \`node scripts/generate.ts\`. Do not edit.

/** A pair of files to begin with, by how Costspan stands to the Collector. */
export const starterFiles: Readonly<
  Record<'${topologies.join("' | '")}', { readonly collector: string; readonly costspan: string }>
> = {
${entries.join('')}};
`;
  return [{ path: join(root, 'packages/cli/src/collector/starter-files.generated.ts'), text }];
}
