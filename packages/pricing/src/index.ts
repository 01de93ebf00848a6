export type { Discount, FxRate, Match, Modifier, PriceBook, PriceRow, Role, When } from './price-book.ts';
export type { MoneyText, PriceRequest } from './price-request.ts';
export type { LineStatus, Receipt, ReceiptLine } from './receipt.ts';
export type { Unit, Usage } from './usage.ts';
