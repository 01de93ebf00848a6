// Captures the spans of real instrumentations against local stand-ins of the providers, beside what the stand-ins billed.
// Run it again after a new release of one of them:
//
//   node --conditions=costspan-source packages/collector-processor/test/dialects/captured/capture.ts [source ...]
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeProvider, type FakeUsage, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';

type Source = {
  readonly scenario: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
};

const telemetry = { '@opentelemetry/api': '1.9.0', '@opentelemetry/sdk-trace-node': '2.12.0' };

const sources: Readonly<Record<string, Source>> = {
  'ai-sdk-5': {
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '5', '@ai-sdk/openai': '2', '@ai-sdk/anthropic': '2' },
  },
  'ai-sdk-6': {
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '6', '@ai-sdk/openai': '3', '@ai-sdk/anthropic': '3' },
  },
  'ai-sdk-7': {
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '7', '@ai-sdk/otel': '1', '@ai-sdk/openai': '4', '@ai-sdk/anthropic': '4' },
    env: { AI_SDK_OTEL: '1' },
  },
  'anthropic-native': {
    scenario: 'anthropic-native',
    packages: { ...telemetry, '@anthropic-ai/sdk': '1.12.0' },
  },
  traceloop: {
    scenario: 'instrumented',
    packages: {
      ...telemetry,
      '@traceloop/instrumentation-openai': '0.27.0',
      '@traceloop/instrumentation-anthropic': '0.27.0',
      openai: '6.49.0',
      '@anthropic-ai/sdk': '0.120.0',
    },
    env: {
      INSTRUMENTATIONS:
        '@traceloop/instrumentation-openai#OpenAIInstrumentation=openai,@traceloop/instrumentation-anthropic#AnthropicInstrumentation=anthropic',
    },
  },
  openinference: {
    scenario: 'instrumented',
    packages: {
      ...telemetry,
      '@arizeai/openinference-instrumentation-openai': '4.2.7',
      '@arizeai/openinference-instrumentation-anthropic': '0.2.8',
      openai: '6.49.0',
      '@anthropic-ai/sdk': '0.120.0',
    },
    env: {
      INSTRUMENTATIONS:
        '@arizeai/openinference-instrumentation-openai#OpenAIInstrumentation=openai,@arizeai/openinference-instrumentation-anthropic#AnthropicInstrumentation=anthropic',
    },
  },
  'otel-js-openai': {
    scenario: 'instrumented',
    packages: { ...telemetry, '@opentelemetry/instrumentation-openai': '0.21.0', openai: '6.49.0' },
    env: { INSTRUMENTATIONS: '@opentelemetry/instrumentation-openai#OpenAIInstrumentation=openai' },
  },
};

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

async function capture(name: string, { scenario, packages, env }: Source): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-capture-'));
  const openai = await startFakeOpenAi({
    script: ({ model }) => ({ reply: { usage: model.startsWith('text-embedding') ? usage.embedding : usage.openai } }),
  });
  const anthropic = await startFakeAnthropic({ script: () => ({ reply: { usage: usage.anthropic } }) });
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    cpSync(join(import.meta.dirname, 'scenarios'), folder, { recursive: true });
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--legacy-peer-deps'], {
      cwd: folder,
      stdio: 'inherit',
    });
    const spansFile = join(folder, 'spans.json');
    await runScenario(join(folder, `${scenario}.mjs`), {
      ...env,
      OPENAI_URL: openai.url,
      ANTHROPIC_URL: anthropic.url,
      SPANS_FILE: spansFile,
    });
    const spans: unknown = JSON.parse(readFileSync(spansFile, 'utf8'));
    const captured = { source: name, packages: installedVersions(folder, packages), billed: billed(openai, anthropic), spans };
    writeFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), `${JSON.stringify(captured, undefined, 2)}\n`);
    console.log(`${name}: ${(spans as readonly unknown[]).length} spans`);
  } finally {
    await Promise.all([openai.close(), anthropic.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a scenario in a process of its own: instrumentations patch what they find, for good. */
function runScenario(file: string, env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${file}: exit ${code}`))));
  });
}

/** What the stand-ins billed: model, id and disjoint usage of every answer, in order. */
function billed(...providers: readonly FakeProvider[]): readonly unknown[] {
  return providers.flatMap(({ log }) =>
    log.map(({ model, responseId, usage: counts }) => ({ model, responseId, usage: counts })),
  );
}

function installedVersions(folder: string, packages: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  return Object.fromEntries(Object.keys(packages).map((name) => [name, versionOf(name)]));
}
