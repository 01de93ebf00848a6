import { formatPico, type Receipt, type ReceiptLine } from '@costspan/pricing';
import type { Entry } from '../entry.ts';
import { isUnpriced } from '../tally.ts';
import { snakeKeys } from './snake-keys.ts';

/**
 * A version of an entry as JSON: amounts and nanoseconds are decimal text, exact. `amount` is absent when nothing of the cost
 * is known. Its shape is packages/semconv/schemas/entry.schema.json.
 */
export type EntryJson = Readonly<Record<string, unknown>> & { readonly id: string; readonly version: number };

/** The JSON of a version of an entry. */
export function entryJson(entry: Entry): EntryJson {
  const { id, version, item, amountPico, lowPico, highPico, usage, dimensions, lines, compared, human, ...rest } = entry;
  const isUnknown = isUnpriced(entry.status) && amountPico === 0n;
  return {
    id,
    version,
    ...(item !== undefined && { item: { type: item.type, id: item.id } }),
    ...snakeKeys(rest),
    ...(!isUnknown && { amount: formatPico(amountPico) }),
    low: formatPico(lowPico),
    high: formatPico(highPico),
    usage,
    dimensions,
    lines: lines.map(lineJson),
    ...(compared !== undefined && { compared: comparedJson(compared) }),
    ...(human !== undefined && { human: snakeKeys(human) }),
  };
}

/** Lines are written as `costspan price` writes them. */
function lineJson({ native, ...line }: ReceiptLine): Readonly<Record<string, unknown>> {
  return { ...snakeKeys(line), ...(native !== undefined && { native: snakeKeys(native) }) };
}

function comparedJson({ lines, ...compared }: NonNullable<Receipt['compared']>): Readonly<Record<string, unknown>> {
  return { ...snakeKeys(compared), lines: lines.map(lineJson) };
}
