import { openLedgerReader } from '@costspan/collector-processor';
import { entryJson, type ItemKey, recordJson } from '@costspan/ledger';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { findItem, type ItemPath, verifyItem } from '../report/item-data.ts';
import { itemText } from '../report/item-text.ts';
import { safeText } from '../report/safe-text.ts';
import { defaultLedgerFile } from './report.ts';

type ItemFlags = {
  readonly ledger: string;
  readonly type?: string;
  readonly tenant?: string;
  readonly json?: boolean;
  readonly verify?: boolean;
};

/** Adds `costspan item`. */
export function registerItemCommand(program: Command): void {
  program
    .command('item <id>')
    .description(
      'The path of one work item in time order: every call, attempt, handoff and decision of a budget, with receipts, and the total.',
    )
    .option('--ledger <file>', 'ledger file', defaultLedgerFile)
    .option('--type <type>', 'type of the item, where several have the id')
    .option('--tenant <tenant>', 'tenant of the item, where several have the id')
    .option('--json', 'JSON lines: the record, then every version of every entry, then what budgets decided')
    .option('--verify', 'work the record out again from its entries; exit 1 when it is not their sum')
    .action(runItem);
}

async function runItem(id: string, { ledger, type, tenant, json, verify }: ItemFlags): Promise<void> {
  const { stdout } = processStreams();
  const reader = openLedgerReader(ledger);
  try {
    const found = findItem(reader, { id, ...(type !== undefined && { type }), ...(tenant !== undefined && { tenant }) });
    if (found.kind === 'unknown') {
      throw new Error(`item: ${ledger} has no work item ${JSON.stringify(id)}; \`costspan report\` lists those it has`);
    }
    if (found.kind === 'ambiguous') throw new Error(ambiguousText(id, found.candidates));
    await writeText(stdout, json === true ? jsonText(found.path) : itemText(found.path));
    if (verify === true)
      await writeVerdict(found.path, json === true ? () => Promise.resolve() : (text) => writeText(stdout, text));
  } finally {
    reader.close();
  }
}

async function writeVerdict(path: ItemPath, write: (text: string) => Promise<void>): Promise<void> {
  const differences = verifyItem(path);
  if (differences.length === 0) {
    return write(
      `verified: the record is the sum of its ${path.entries.filter(({ state }) => state === 'live').length} live entries\n`,
    );
  }
  const pruned =
    path.header.prunedBeforeNs === undefined ? '' : '; entries of old traces were deleted, which alone can cause this';
  throw new Error(
    `item: the record is not the sum of its entries${pruned}\n${differences.map((line) => `  ${line}`).join('\n')}`,
  );
}

function ambiguousText(id: string, candidates: readonly ItemKey[]): string {
  const options = candidates.map(({ tenant, type }) => `  --tenant ${safeText(tenant)} --type ${safeText(type)}`);
  return `item: ${candidates.length} work items have the id ${JSON.stringify(id)}; say which with\n${options.join('\n')}`;
}

function jsonText({ record, entries, audit }: ItemPath): string {
  const objects = [
    { kind: 'record', ...recordJson(record) },
    ...entries.map((entry) => ({ kind: 'entry', ...entryJson(entry) })),
    ...audit.map(({ name, atNs, traceId, spanId, attributes }) => ({
      ...{ kind: 'decision', name, at_ns: String(atNs) },
      ...{ trace_id: traceId, span_id: spanId, attributes },
    })),
  ];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
