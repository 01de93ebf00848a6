import { type Entry, isExcluded, isUnpriced, sumsOfRecord } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import { type AmountText, amountText, grouped } from './amount-text.ts';
import { decisionCells, decisionDetails } from './decision-text.ts';
import { entryDetails } from './entry-details.ts';
import type { ItemPath } from './item-data.ts';
import { plainTable } from './plain-table.ts';
import type { PriceSources } from './price-sources.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';
import { durationText, timeOfDayText, timeText } from './time-text.ts';

/** The path of an item for people: when, what, how it is known, what it cost, and below each step why. */
export function itemText(path: ItemPath, sources: PriceSources): string {
  const { record, entries } = path;
  const write = amountText(record.currency, [record.totalPico, ...entries.map(({ amountPico }) => amountPico)]);
  const steps = stepsOf(path, write, sources);
  if (steps.length === 0 && path.deleted === undefined) return `${headText(path)}\n\nNo span with a cost belongs to it.\n`;
  const table = steps.length === 0 ? '' : `${stepsText(steps)}\n\n`;
  return `${headText(path)}\n\n${table}${[totalText(path, write), ...unloadedText(entries, sources)].join('\n')}\n`;
}

/** A line of the path, and what stands below it. */
type Step = { readonly atNs: bigint; readonly cells: readonly string[]; readonly details: readonly string[] };

/** Entries and decisions by time; of the same instant, what was decided comes first. */
function stepsOf({ entries, audit }: ItemPath, write: AmountText, sources: PriceSources): readonly Step[] {
  const decided = audit.map((event) => ({ atNs: event.atNs, cells: decisionCells(event), details: decisionDetails(event) }));
  const counted = entries.map((entry) => ({
    atNs: entry.usageAtNs,
    cells: [
      entry.category,
      stepName(entry),
      safeText([entry.provider, entry.model].filter((part) => part !== '').join('/'), nameCharactersMax),
      statusText(entry),
      costText(entry, write),
    ],
    details: entryDetails(entry, sources),
  }));
  return [...decided, ...counted].sort((one, other) => (one.atNs < other.atNs ? -1 : one.atNs > other.atNs ? 1 : 0));
}

function headText({ header, record }: ItemPath): string {
  const { item, outcome, parentId } = record;
  const dimensions = Object.entries(record.dimensions).map(([key, value]) => `${safeText(key)}=${safeText(value)}`);
  const lasted = durationText(record.lastSpanNs - record.firstSpanNs);
  return [
    `${safeText(item.type)} ${safeText(item.id)}, tenant ${safeText(item.tenant)}`,
    `outcome ${outcome === undefined ? 'none yet' : `${safeText(outcome.value)} at ${timeText(outcome.atNs)}`} · ${record.state}`,
    `from ${timeText(record.firstSpanNs)} to ${timeText(record.lastSpanNs)} UTC (${lasted}) · amounts in ${record.currency}`,
    ...(parentId === undefined ? [] : [`part of ${safeText(parentId)}`]),
    ...(dimensions.length === 0 ? [] : [dimensions.join(' · ')]),
    `ledger ${header.file} · emitter ${record.emitter} · revision ${record.revision}`,
  ].join('\n');
}

/** The rows of the table with the details of each below it. The table has one line per row, after two lines of head. */
function stepsText(steps: readonly Step[]): string {
  const days = new Set(steps.map(({ atNs }) => timeText(atNs).slice(0, dayCharacters)));
  const table = plainTable(
    [
      { head: 'time (UTC)' },
      { head: 'category' },
      { head: 'step' },
      { head: 'provider/model' },
      { head: 'status' },
      { head: 'cost', align: 'right' },
    ],
    steps.map(({ atNs, cells }) => [
      days.size > 1 ? `${timeText(atNs).slice(0, dayCharacters)} ${timeOfDayText(atNs)}` : timeOfDayText(atNs),
      ...cells,
    ]),
  ).split('\n');
  const [head = '', line = '', ...rows] = table;
  const detailed = rows.flatMap((row, index) => [row, ...(steps[index]?.details ?? []).map((detail) => `${indent}${detail}`)]);
  return [head, line, ...detailed].join('\n');
}

const indent = '              ';

/** A day as {@link timeText} writes it. */
const dayCharacters = 10;

/** The span's name, with its role and the number of the try where the name does not say them. */
function stepName({ spanName, role, attempt }: Entry): string {
  const prefix = role === 'call' || spanName.startsWith(role) ? '' : `${role}: `;
  const tried = attempt !== undefined && (attempt.number > 1 || role === 'attempt') ? ` (try ${attempt.number})` : '';
  return safeText(`${prefix}${spanName}${tried}`, nameCharactersMax);
}

function statusText(entry: Entry): string {
  const marks = [
    ...(entry.state === 'void' ? ['void'] : []),
    entry.status.replaceAll('_', ' '),
    ...(entry.waste ? ['waste'] : []),
    ...(entry.late ? ['late'] : []),
  ];
  return marks.join(', ');
}

/** In parentheses where it was voided, a dash where another entry has the cost, and never 0 for what has no price. */
function costText(entry: Entry, write: AmountText): string {
  if (isExcluded(entry.status)) return '-';
  return entry.state === 'void' ? `(${knownCostText(entry, write)})` : knownCostText(entry, write);
}

function knownCostText(entry: Entry, write: AmountText): string {
  if (isUnpriced(entry.status) && entry.amountPico === 0n) return '?';
  return isUnpriced(entry.status) ? `${write(entry.amountPico)} + ?` : write(entry.amountPico);
}

function totalText({ record, header, deleted }: ItemPath, write: AmountText): string {
  const { unpricedSpans: unpriced } = sumsOfRecord(record);
  const isRange = record.lowPico !== record.totalPico || record.highPico !== record.totalPico;
  const notes = [
    ...exactly(record.totalPico, write),
    ...(record.wastePico === 0n ? [] : [`of which waste ${write(record.wastePico)}`]),
    ...(isRange ? [`between ${write(record.lowPico)} and ${write(record.highPico)}`] : []),
    ...(unpriced === 0 ? [] : [`${unpriced} without a price, so this is a lower bound`]),
  ];
  const pruned =
    header.prunedBeforeNs === undefined || deleted === undefined
      ? []
      : [
          `Entries of traces quiet since ${timeText(header.prunedBeforeNs)} were deleted: ${write(deleted.totalPico)} of the total is theirs.`,
        ];
  return [`total ${write(record.totalPico)} ${record.currency}${notes.map((note) => `, ${note}`).join('')}`, ...pruned].join(
    '\n',
  );
}

/** Of each set of books that priced a line and is not at hand, what to do about it. */
function unloadedText(entries: readonly Entry[], { isLoaded }: PriceSources): readonly string[] {
  const priced = entries.filter(({ lines, book }) => lines.some(({ priceId }) => priceId !== undefined) && !isLoaded(book));
  const names = new Set(priced.map(({ book }) => `${safeText(book.version)} (sha256 ${safeText(book.sha256.slice(0, 12))})`));
  return [...names].map((name) => `book not loaded: ${name}; name its files with --book to see where its prices are from`);
}

/** Every digit, where the amount as it is written lacks some: whoever looks at one item wants to add it up. */
function exactly(amountPico: bigint, write: AmountText): readonly string[] {
  const exact = grouped(formatPico(amountPico));
  const written = write(amountPico);
  return (written.includes('.') ? written.replace(/\.?0+$/, '') : written) === exact ? [] : [`exactly ${exact}`];
}
