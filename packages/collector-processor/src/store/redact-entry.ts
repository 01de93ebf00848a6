import type { Entry } from '@costspan/ledger';
import type { ReceiptLine } from '@costspan/pricing';
import { TOKEN_UNITS } from '@costspan/semconv';
import type { Redaction } from '../config/config.ts';

type Amount = 'amountPico' | 'lowPico' | 'highPico';

/** A version of an entry as one destination may see it. What is absent was left out, and is not 0. */
export type RedactedEntry = Omit<Entry, Amount> & {
  readonly [Name in Amount]?: Entry[Name];
} & {
  /** What the destination does not get to see of any entry; absent: it sees everything, the receipt included. */
  readonly redaction?: Redaction;
};

/** The entry without what a destination must not see, and without everything it could be worked out from. */
export function redactEntry(entry: Entry, redaction: Redaction): RedactedEntry {
  if (redaction.length === 0) return entry;
  const areRatesHidden = redaction.includes('rates') || (redaction.includes('contract_prices') && entry.lines.some(isOfContract));
  const isHumanHidden = redaction.includes('human_amounts') && isHuman(entry);
  if (!areRatesHidden && !isHumanHidden) return { ...entry, redaction };
  const { amountPico, lowPico, highPico, ...rest } = entry;
  const isAmountHidden = isHumanHidden || tellsRate(entry);
  return {
    ...rest,
    ...(isAmountHidden ? {} : { amountPico, lowPico, highPico }),
    // An amount divided by its usage is the price.
    usage: {},
    priceIds: areRatesHidden ? [] : entry.priceIds,
    redaction,
  };
}

/** A factor may be the contract's even where the price is not: a line does not say which book its modifiers came from. */
function isOfContract({ layer, factor }: ReceiptLine): boolean {
  return (layer !== undefined && layer !== 'catalog') || factor !== undefined;
}

function isHuman({ category, usage, human }: Entry): boolean {
  return category === 'human' || human !== undefined || usage.human_ms !== undefined;
}

/**
 * One call at a price per call: its amount is the price. A measured quantity that is not told hides it, unless whoever gets the
 * spans can measure them again.
 */
function tellsRate({ lines, role }: Entry): boolean {
  if (role === 'telemetry') return true;
  const priced = lines.filter(({ priceId, cost }) => priceId !== undefined && cost !== undefined && cost !== '0');
  return priced.length > 0 && !priced.some(({ unit }) => measuredUnits.has(unit));
}

/** Units nobody can count from the outside. Of all others, those somebody made up included, a call usually uses one. */
const measuredUnits: ReadonlySet<string> = new Set([
  ...TOKEN_UNITS,
  'characters',
  'audio_seconds',
  'vector_read_units',
  'vector_write_units',
  'vectors_written',
  'storage_gb_months',
  'compute_seconds',
  'gpu_seconds',
  'egress_gb',
  'human_ms',
  'telemetry_gb',
]);
