// Captures the spans of real instrumentations against local stand-ins of the providers, beside what the stand-ins billed.
// Run it again after a new release of one of them; it needs npm, and for sources in Python python3 with venv and pip:
//
//   node --conditions=costspan-source packages/collector-processor/test/dialects/captured/capture.ts [source ...]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeProvider, type FakeUsage, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import { type Environment, install } from './environments.ts';
import { type Source, sources } from './sources.ts';

/** Where installations are kept for the next run; git ignores it. */
const cache = join(import.meta.dirname, '../../../../../.cache/captured');

const usage: Readonly<Record<'openai' | 'embedding' | 'anthropic', FakeUsage>> = {
  openai: { input_text_tokens: 86, input_cache_read_text_tokens: 1920, output_text_tokens: 44, output_reasoning_tokens: 256 },
  embedding: { input_text_tokens: 8 },
  anthropic: {
    input_text_tokens: 49,
    input_cache_read_text_tokens: 6289,
    input_cache_write_5m_tokens: 4000,
    input_cache_write_1h_tokens: 2000,
    output_text_tokens: 550,
  },
};

const wanted = process.argv.slice(2);
for (const [name, source] of Object.entries(sources)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await capture(name, source);
}

async function capture(name: string, source: Source): Promise<void> {
  const environment = install(source, join(cache, name));
  const folder = mkdtempSync(join(tmpdir(), 'costspan-capture-'));
  const openai = await startFakeOpenAi({
    script: ({ model }) => ({ reply: { usage: model.startsWith('text-embedding') ? usage.embedding : usage.openai } }),
  });
  const anthropic = await startFakeAnthropic({ script: () => ({ reply: { usage: usage.anthropic } }) });
  try {
    const spansFile = join(folder, 'spans.json');
    await runScenario(environment, {
      ...source.env,
      OPENAI_URL: openai.url,
      ANTHROPIC_URL: anthropic.url,
      SPANS_FILE: spansFile,
    });
    const spans: unknown = JSON.parse(readFileSync(spansFile, 'utf8'));
    const captured = { source: name, packages: environment.versions, billed: billed(openai, anthropic), spans };
    writeFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), `${JSON.stringify(captured, undefined, 2)}\n`);
    console.log(`${name}: ${(spans as readonly unknown[]).length} spans`);
  } finally {
    await Promise.all([openai.close(), anthropic.close()]);
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

/** What the stand-ins billed: model, id and disjoint usage of every answer, in order. */
function billed(...providers: readonly FakeProvider[]): readonly unknown[] {
  return providers.flatMap(({ log }) =>
    log.map(({ model, responseId, usage: counts }) => ({ model, responseId, usage: counts })),
  );
}
