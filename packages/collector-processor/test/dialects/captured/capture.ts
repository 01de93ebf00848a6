// Captures the spans of real instrumentations against local stand-ins of the providers, beside what the stand-ins billed.
// Run it again after a new release of one of them; it needs npm, and for sources in Python python3 with venv and pip:
//
//   node --conditions=costspan-source packages/collector-processor/test/dialects/captured/capture.ts [source ...]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, install } from './environments.ts';
import { type Source, sources } from './sources.ts';
import { startStandIns } from './stand-ins.ts';

/** Where installations are kept for the next run; git ignores it. */
const cache = join(import.meta.dirname, '../../../../../.cache/captured');

const wanted = process.argv.slice(2);
for (const [name, source] of Object.entries(sources)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await capture(name, source);
}

async function capture(name: string, source: Source): Promise<void> {
  const environment = install(source, join(cache, name));
  const folder = mkdtempSync(join(tmpdir(), 'costspan-capture-'));
  const standIns = await startStandIns();
  try {
    const spansFile = join(folder, 'spans.json');
    await runScenario(environment, {
      ...source.env,
      ...standIns.env,
      SPANS_FILE: spansFile,
    });
    const exported: readonly unknown[] | { readonly spans: readonly unknown[] } = JSON.parse(readFileSync(spansFile, 'utf8'));
    const signals = 'spans' in exported ? exported : { spans: exported };
    const captured = { source: name, packages: environment.versions, billed: standIns.billed(), ...signals };
    // Some agents tell the folder they work in: that of whoever captured is nobody's business.
    const text = JSON.stringify(captured, undefined, 2).replaceAll(/"[^"]*\/\.cache\/captured\/[^"]*"/g, '"/srv/agent"');
    writeFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), `${text}\n`);
    console.log(`${name}: ${signals.spans.length} spans`);
  } finally {
    await standIns.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a scenario in a process of its own: instrumentations patch what they find, for good. */
function runScenario({ command, args }: Environment, env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')}: exit ${code}`))));
  });
}
