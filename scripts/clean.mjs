// Removes everything a build wrote: dist folders and tsc's build info (tsc -b never deletes outputs of deleted sources).
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

for (const name of readdirSync('packages')) {
  rmSync(join('packages', name, 'dist'), { recursive: true, force: true });
  rmSync(join('packages', name, 'tsconfig.tsbuildinfo'), { force: true });
}
