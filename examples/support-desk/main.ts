// The demo: one morning at a support and claims desk, and what each ticket and claim cost.
//
//   npm run demo
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCommand, startService } from './demo/costspan-command.ts';
import { type Program, startProgram } from './demo/program.ts';
import { createProgressLine } from './demo/progress-line.ts';
import { startProviders } from './providers/start-providers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { COSTSPAN_DEMO_FOLDER: folder = '.costspan-demo' } = process.env;
const ledger = ['--ledger', join(folder, 'costspan.db')];
/** Those of costspan.yaml, so that the ticket names the sources of its prices. */
const books = ['--book', 'packages/pricebook/books/example-roles.yaml', '--book', 'examples/support-desk/prices.yaml'];
const here = fileURLToPath(new URL('.', import.meta.url));

process.chdir(root);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

try {
  await runDemo();
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
  console.error(interrupted.signal.aborted ? '\nInterrupted. Nothing is left running.' : describe(error));
}

async function runDemo(): Promise<void> {
  const startedMs = performance.now();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const progress = createProgressLine(process.stderr);
  await using running = new AsyncDisposableStack();

  progress.say('Starting the providers’ stand-ins and costspan serve');
  const providers = await startProviders();
  running.defer(providers.close);
  const log = createWriteStream(join(folder, 'serve.log'));
  const environment = { COSTSPAN_DEMO_FOLDER: folder };
  const service = startService(environment, (text) => log.write(text));
  running.defer(service.stop);
  const endpoint = await Promise.race([service.listening, whenInterrupted()]);
  const died = service.ended.then(() => Promise.reject(new Error('costspan serve: ended although nobody asked it to')));
  died.catch(() => undefined);

  // The agents work through the inbox; then, in another process, people finish what was left for them.
  const agentEnvironment = {
    ...providers.environment,
    COSTSPAN_ENDPOINT: endpoint,
    COSTSPAN_HANDOFF_KEY: 'only-for-this-demo',
    QUEUE_FILE: join(folder, 'queue.jsonl'),
    // OpenTelemetry says nothing about failed exports unless asked.
    OTEL_LOG_LEVEL: 'error',
  };
  for (const file of ['agent/work.ts', 'agent/review-desk.ts']) {
    const program = startProgram(file, [join(here, file)], {
      environment: agentEnvironment,
      onComplaint: (text) => process.stderr.write(`\n${text}`),
      onMessage: (message) => {
        const { item, what } = message as { readonly item: string; readonly what: string };
        progress.note(item, what);
      },
    });
    await Promise.race([finish(program, running), died]);
  }

  progress.say('Stopping costspan serve');
  await service.stop();
  const lines = providers.lines().map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(join(folder, 'providers.jsonl'), lines.join(''));
  progress.end();
  await printReport(running);
  console.log(closing(Math.round(performance.now() - startedMs) / 1_000));
}

/** Waits for a program to end well, or for Ctrl-C. */
async function finish(program: Program, running: AsyncDisposableStack): Promise<string> {
  running.defer(program.stop);
  return await Promise.race([program.ended, whenInterrupted()]);
}

function whenInterrupted(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new Error('interrupted'));
    if (interrupted.signal.aborted) stop();
    interrupted.signal.addEventListener('abort', stop, { once: true });
  });
}

async function printReport(running: AsyncDisposableStack): Promise<void> {
  console.log(await finish(startCommand(['report', ...ledger]), running));
  console.log(`One ticket in full, as \`costspan item\` shows it:\n`);
  console.log(await finish(startCommand(['item', 'T-107', '--type', 'ticket', ...ledger, ...books]), running));
}

function closing(seconds: number): string {
  const item = ['npx costspan item T-110 --type ticket', ...ledger].join(' ');
  const byModel = ['npx costspan report --by model', ...ledger].join(' ');
  return `Where it all is:
  ${join(folder, 'costspan.db')}      the ledger: every entry, exact, with the price it was made from
  ${join(folder, 'traces.jsonl')}     the spans as they left, priced (OTLP/JSON)
  ${join(folder, 'records.jsonl')}    one cost record per ticket and claim (OTLP/JSON logs)
  ${join(folder, 'providers.jsonl')}  what the providers' own logs say, for comparing

Try next:
  ${item}
      a ticket that two processes worked on
  ${byModel}
      the same money by model
  npx costspan serve
      your own agent: see examples/support-desk/README.md

Done in ${seconds.toFixed(1)} s.`;
}

function describe(error: unknown): string {
  return `\nThe demo failed. What costspan serve said is in ${join(folder, 'serve.log')}.\n${error instanceof Error ? error.message : error}`;
}
