import { parsePico } from '@costspan/pricing';

/**
 * Upper bounds of the buckets of item costs, in units of the currency and lowest first: from a tenth of a cent to a million, so
 * that they serve dollars and yen. The ledger file counts by their numbers: bounds are only ever added at the end.
 */
export const bucketBounds: readonly string[] = [
  ...['0.001', '0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '10', '50'],
  ...['100', '500', '1000', '5000', '10000', '50000', '100000', '500000', '1000000'],
];

const boundsPico = bucketBounds.map((bound) => parsePico(bound) ?? 0n);

/** Number of the first bucket whose upper bound is not below the cost; one past the last for anything above. */
export function bucketOf(costPico: bigint): number {
  const index = boundsPico.findIndex((bound) => costPico <= bound);
  return index === -1 ? boundsPico.length : index;
}
