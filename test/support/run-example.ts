import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createLogger, openLedgerReader, parseConfig, serve, systemClock } from '@costspan/collector-processor';
import type { CostRecord, Entry } from '@costspan/ledger';
import { createTemporaryFolder } from '@costspan/testkit';

/** What an example printed, and what the ledger knows afterwards. */
export type ExampleRun = {
  readonly printed: string;
  readonly records: readonly CostRecord[];
  /** Live entries, in no order that is promised. */
  readonly entries: readonly Entry[];
};

/** Runs `main.ts` of an example against a real service with the example's own `costspan.yaml`, on a free port. */
export async function runExample(folder: string): Promise<ExampleRun> {
  const temporary = await createTemporaryFolder();
  const file = join(temporary.path, 'costspan.db');
  const own = readFileSync(join(folder, 'costspan.yaml'), 'utf8').replaceAll('prices.yaml', join(folder, 'prices.yaml'));
  const loaded = parseConfig(
    `${own}\nreceivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }\nledger: { file: ${JSON.stringify(file)} }\n`,
    process.env,
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  const write = (line: string): void => void process.stderr.write(line);
  const logger = createLogger({ level: 'error', encoding: 'console', clock: systemClock, write });
  const service = await serve({ config: loaded.config, logger });
  const args = ['--conditions=costspan-source', 'main.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, COSTSPAN_ENDPOINT: service.url },
  });
  await service.close();
  const reader = openLedgerReader(file);
  try {
    const records = [...reader.records()];
    const entries = records.flatMap(({ item }) => [...reader.entriesOf(item)]).filter(({ state }) => state === 'live');
    return { printed: stdout, records, entries };
  } finally {
    reader.close();
    await temporary.remove();
  }
}

/** What the README of an example says it prints: its last block. */
export function printedByReadme(folder: string): string {
  const blocks = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```\n([\s\S]*?)^```$/gm)];
  return blocks.at(-1)?.[1] ?? '';
}
