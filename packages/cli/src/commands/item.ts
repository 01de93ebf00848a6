import { openLedgerReader } from '@costspan/collector-processor';
import { type Entry, entryJson, type ItemKey, recordJson } from '@costspan/ledger';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { findItem, type ItemPath, verifyItem } from '../report/item-data.ts';
import { itemText } from '../report/item-text.ts';
import { loadPriceSources, type PriceSources } from '../report/price-sources.ts';
import { safeText } from '../report/safe-text.ts';
import { defaultLedgerFile } from './report.ts';

type ItemFlags = {
  readonly ledger: string;
  readonly type?: string;
  readonly tenant?: string;
  readonly json?: boolean;
  readonly verify?: boolean;
  readonly book: readonly string[];
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
    .option('--book <file>', 'price book of the service, to name the sources of its prices; may be repeated', collect, [])
    .option('--json', 'JSON lines: the record, every version of every entry, sources of prices, and what budgets decided')
    .option('--verify', 'work the record out again from its entries; exit 1 when it is not their sum')
    .action(runItem);
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

async function runItem(id: string, { ledger, type, tenant, json, verify, book }: ItemFlags): Promise<void> {
  const { stdout } = processStreams();
  const sources = await loadPriceSources(book);
  const reader = openLedgerReader(ledger);
  try {
    const found = findItem(reader, { id, ...(type !== undefined && { type }), ...(tenant !== undefined && { tenant }) });
    if (found.kind === 'unknown') {
      throw new Error(`item: ${ledger} has no work item ${JSON.stringify(id)}; \`costspan report\` lists those it has`);
    }
    if (found.kind === 'ambiguous') throw new Error(ambiguousText(id, found.candidates));
    await writeText(stdout, json === true ? jsonText(found.path, sources) : itemText(found.path, sources));
    if (verify === true)
      await writeVerdict(found.path, json === true ? () => Promise.resolve() : (text) => writeText(stdout, text));
  } finally {
    reader.close();
  }
}

async function writeVerdict(path: ItemPath, write: (text: string) => Promise<void>): Promise<void> {
  const differences = verifyItem(path);
  if (differences.length === 0) {
    const live = path.entries.filter(({ state }) => state === 'live').length;
    const deleted = path.deleted === undefined ? '' : ' and of what was kept of deleted ones';
    return write(`verified: the record is the sum of its ${live} live entries${deleted}\n`);
  }
  throw new Error(`item: the record is not the sum of its entries\n${differences.map((line) => `  ${line}`).join('\n')}`);
}

function ambiguousText(id: string, candidates: readonly ItemKey[]): string {
  const options = candidates.map(({ tenant, type }) => `  --tenant ${safeText(tenant)} --type ${safeText(type)}`);
  return `item: ${candidates.length} work items have the id ${JSON.stringify(id)}; say which with\n${options.join('\n')}`;
}

function jsonText({ record, entries, audit }: ItemPath, sources: PriceSources): string {
  const objects = [
    { kind: 'record', ...recordJson(record) },
    ...entries.map((entry) => ({ kind: 'entry', ...entryJson(entry) })),
    ...pricesJson(entries, sources),
    ...audit.map(({ name, atNs, traceId, spanId, attributes }) => ({
      ...{ kind: 'decision', name, at_ns: String(atNs) },
      ...{ trace_id: traceId, span_id: spanId, attributes },
    })),
  ];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

/** Every price that a line of an entry names, once per set of books: with its source where that set is loaded. */
function pricesJson(entries: readonly Entry[], sources: PriceSources): readonly unknown[] {
  const prices = new Map<string, unknown>();
  for (const { book, lines } of entries) {
    for (const line of lines) {
      const { priceId, layer } = line;
      const key = JSON.stringify([book.sha256, layer, priceId]);
      if (priceId === undefined || prices.has(key)) continue;
      const origin = sources.originOf(book, line);
      prices.set(key, {
        ...{ kind: 'price', price_id: priceId, layer, priced_with: book, loaded: sources.isLoaded(book) },
        ...(origin !== undefined && { book: origin.book, source: origin.source }),
      });
    }
  }
  return [...prices.values()];
}
