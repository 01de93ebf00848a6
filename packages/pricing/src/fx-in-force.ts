import { type CompiledBook, type CompiledFxRate, contents } from './compiled-book.ts';
import { type ExactAmount, formatExact } from './money.ts';
import type { ReceiptLine } from './receipt.ts';

/** The exchange rate into the reporting currency in force at an instant: the latest that has begun and is not too old. */
export const fxInForce = (currency: string, atMs: number, book: CompiledBook): CompiledFxRate | 'none' => {
  const latest = book[contents].fx.get(currency)?.find(({ fromMs }) => fromMs <= atMs);
  return latest === undefined || atMs >= latest.toMs ? 'none' : latest;
};

/** The native side of a line whose cost was converted. */
export const nativeOf = (currency: string, cost: ExactAmount, fx: CompiledFxRate): NonNullable<ReceiptLine['native']> => ({
  currency,
  cost: formatExact(cost),
  rate: fx.text,
  rateDate: fx.date,
  rateSource: fx.source,
});
