// Runs the demo as its user does, and checks that the documentation shows what it prints.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
// Columns of a table are as wide as its widest cell, so rows are compared without their spaces.
const printed = new Set(stdout.split('\n').map(squeezed));
const stale = ['README.md', 'docs/reading-a-number.md'].flatMap((page) => {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```text\n([\s\S]*?)^```/gm)];
  if (blocks.length === 0) return [`${page}: expected a \`\`\`text block with what the demo prints, found none`];
  return blocks
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => !printed.has(squeezed(line)))
    .map((line) => `${page}: the demo does not print ${JSON.stringify(line)}; copy it anew`);
});

if (status !== 0) console.error(`npm run demo: ended with ${status}\n${stdout}${stderr}`);
for (const line of stale) console.error(line);
process.exit(status === 0 && stale.length === 0 ? 0 : 1);

function squeezed(line: string): string {
  return line.trim().replaceAll(/ {2,}/g, '  ').replaceAll(/─+/g, '─');
}
