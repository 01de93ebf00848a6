// Compiles every TypeScript fence of the documentation, so that what a reader copies is known to compile.
// Fences of one page share one module unless a fence starts with `// file: name.ts`; ```ts no-check is left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

// Inside the example's folder, because its packages are what a reader has installed.
const target = join('examples', 'support-desk', '.cache', 'docs');
const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && !path.startsWith('.changeset/'));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
linkPackages();
let fenceCount = 0;
for (const page of pages) {
  const fences = [...readFileSync(page, 'utf8').matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  fences.forEach((code, index) => {
    const name = `${page.replaceAll(/[^\w]+/g, '-')}-${index + 1}.ts`;
    writeFileSync(join(target, name), `// ${page}, fence ${index + 1}\n${code}\nexport {};\n`);
    fenceCount += 1;
  });
}
writeFileSync(
  join(target, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../../../tsconfig.tests.json',
    compilerOptions: { noUnusedLocals: false, types: ['node'] },
    include: ['*.ts'],
    exclude: [],
  }),
);
if (fenceCount > 0) {
  const { status, stdout } = spawnSync('tsc', ['-p', join(target, 'tsconfig.json')], { encoding: 'utf8' });
  if (status !== 0) {
    console.error(stdout);
    process.exit(1);
  }
}
console.log(`${fenceCount} TypeScript fences of ${pages.length} pages compile`);

/** Makes what the SDK is tested with importable too: a reader has installed the clients a page is about. */
function linkPackages(): void {
  for (const folder of ['packages/sdk', 'examples/ai-sdk', 'examples/langchain']) {
    const installed = join(folder, 'node_modules');
    for (const name of readdirSync(installed).flatMap((entry) => (entry.startsWith('@') ? scoped(installed, entry) : [entry]))) {
      const link = join(target, 'node_modules', name);
      if (name.startsWith('.') || existsSync(link)) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(resolve(installed, name), link);
    }
  }
}

function scoped(folder: string, scope: string): readonly string[] {
  return readdirSync(join(folder, scope)).map((name) => join(scope, name));
}
