import { type Entry, isExcluded, isUnpriced } from '@costspan/ledger';
import { type AmountText, amountText } from './amount-text.ts';
import { entryDetails } from './entry-details.ts';
import type { ItemPath } from './item-data.ts';
import { plainTable } from './plain-table.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';
import { durationText, timeOfDayText, timeText } from './time-text.ts';

/** The path of an item for people: when, what, how it is known, what it cost, and below each step why. */
export function itemText(path: ItemPath): string {
  const { record, entries } = path;
  const write = amountText(record.currency, [record.totalPico, ...entries.map(({ amountPico }) => amountPico)]);
  if (entries.length === 0) return `${headText(path)}\n\nNo span with a cost belongs to it.\n`;
  return `${headText(path)}\n\n${stepsText(entries, write)}\n\n${totalText(path, write)}\n`;
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
function stepsText(entries: readonly Entry[], write: AmountText): string {
  const days = new Set(entries.map(({ usageAtNs }) => timeText(usageAtNs).slice(0, dayCharacters)));
  const table = plainTable(
    [
      { head: 'time (UTC)' },
      { head: 'category' },
      { head: 'step' },
      { head: 'provider/model' },
      { head: 'status' },
      { head: 'cost', align: 'right' },
    ],
    entries.map((entry) => [
      days.size > 1
        ? `${timeText(entry.usageAtNs).slice(0, dayCharacters)} ${timeOfDayText(entry.usageAtNs)}`
        : timeOfDayText(entry.usageAtNs),
      entry.category,
      stepName(entry),
      safeText([entry.provider, entry.model].filter((part) => part !== '').join('/'), nameCharactersMax),
      statusText(entry),
      costText(entry, write),
    ]),
  ).split('\n');
  const [head = '', line = '', ...rows] = table;
  return [head, line, ...rows.flatMap((row, index) => [row, ...detailLines(entries[index])])].join('\n');
}

/** A day as {@link timeText} writes it. */
const dayCharacters = 10;

function detailLines(entry: Entry | undefined): readonly string[] {
  return entry === undefined ? [] : entryDetails(entry).map((detail) => `              ${detail}`);
}

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

/** Nothing where the entry adds nothing to the total: voided, excluded, or without any price. */
function costText(entry: Entry, write: AmountText): string {
  if (entry.state === 'void') return `(${write(entry.amountPico)})`;
  if (isExcluded(entry.status)) return '-';
  if (isUnpriced(entry.status) && entry.amountPico === 0n) return '?';
  return isUnpriced(entry.status) ? `${write(entry.amountPico)} + ?` : write(entry.amountPico);
}

function totalText({ record, header, entries }: ItemPath, write: AmountText): string {
  const live = entries.filter(({ state }) => state === 'live');
  const unpriced = live.filter(({ status }) => isUnpriced(status)).length;
  const isRange = record.lowPico !== record.totalPico || record.highPico !== record.totalPico;
  const notes = [
    ...(record.wastePico === 0n ? [] : [`of which waste ${write(record.wastePico)}`]),
    ...(isRange ? [`between ${write(record.lowPico)} and ${write(record.highPico)}`] : []),
    ...(unpriced === 0 ? [] : [`${unpriced} without a price, so this is a lower bound`]),
  ];
  const pruned =
    header.prunedBeforeNs === undefined
      ? []
      : [`Entries of traces quiet since ${timeText(header.prunedBeforeNs)} were deleted; the total may include some.`];
  return [`total ${write(record.totalPico)} ${record.currency}${notes.map((note) => `, ${note}`).join('')}`, ...pruned].join(
    '\n',
  );
}
