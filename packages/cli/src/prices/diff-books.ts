import { type PriceChange, updateCatalog } from '@costspan/pricebook/import';
import type { PriceBook } from '@costspan/pricing';
import { type CommandStreams, writeText } from './command-streams.ts';

/** Prints what `after` prices differently from `before` on a day: `+` new, `-` gone, `~` changed. Returns the number of differences. */
export async function diffBooks(before: PriceBook, after: PriceBook, date: string, streams: CommandStreams): Promise<number> {
  const { added, changed, vanished } = updateCatalog(before, after, date);
  const lines = [
    ...vanished.map((change) => `- ${change.price} ${priceText(change.before)}`),
    ...added.map((change) => `+ ${change.price} ${priceText(change.after)}`),
    ...changed.map((change) => `~ ${change.price} ${priceText(change.before)} -> ${priceText(change.after)}`),
  ];
  await writeText(streams.stdout, lines.map((line) => `${line}\n`).join(''));
  await writeText(streams.stderr, `on ${date}: ${added.length} new, ${changed.length} changed, ${vanished.length} gone\n`);
  return lines.length;
}

/** A price as text: `2.5 per 1000000`. */
const priceText = (price: PriceChange['before']): string =>
  price === undefined ? 'no price' : `${price.amount} per ${price.per}`;
