// Runs the demo as its user does, and checks that the README shows what it prints.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const printed = new Set(stdout.split('\n').map((line) => line.trimEnd()));
const [, block = ''] = /^```text\n([\s\S]*?)^```/m.exec(readFileSync('README.md', 'utf8')) ?? [];
const stale = block.split('\n').filter((line) => !printed.has(line.trimEnd()));

if (status !== 0) console.error(`npm run demo: ended with ${status}\n${stdout}${stderr}`);
if (block === '') console.error('README.md: expected a ```text block with the demo’s table, found none');
for (const line of stale) console.error(`README.md: the demo does not print ${JSON.stringify(line)}; copy its table anew`);
process.exit(status === 0 && block !== '' && stale.length === 0 ? 0 : 1);
