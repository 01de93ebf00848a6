export { allocateByLargestRemainder, formatPicoFixed, ratioText, shareOf, sharesByLargestRemainder } from './allocate.ts';
export { type BookIssue, type CompiledBooks, type CompileOptions, compileBook } from './compile-book.ts';
export type { CompiledBook } from './compiled-book.ts';
export { type HourlyRange, HUMAN_PROVIDER } from './compiled-role.ts';
export { formatMoney, minorDigitsOf } from './currency.ts';
export { formatIssue, type Issue, type IssuePath } from './fields.ts';
export { parseInstant } from './instant.ts';
export {
  attoToPico,
  type Decimal,
  decimalToAtto,
  divideHalfEven,
  formatAtto,
  formatDecimal,
  formatPico,
  joinPico,
  parseDecimal,
  parsePico,
  picoToDouble,
  splitPico,
  sumPico,
} from './money.ts';
export { matchesPattern } from './name-pattern.ts';
export { type ParsedPriceBook, parsePriceBook } from './parse-price-book.ts';
export { price } from './price.ts';
export type { Discount, FxRate, Match, Modifier, PriceBook, PriceRow, Role, Source, When } from './price-book.ts';
export type { MoneyText, PriceRequest } from './price-request.ts';
export { catalogIdOf, parseSku, ROUTERS } from './provider-names.ts';
export { REASONS, type Reason } from './reasons.ts';
export type { ComparedCost, LineStatus, Receipt, ReceiptLine } from './receipt.ts';
export { isTokenUnit, parentUnitOf, type Unit, type Usage } from './usage.ts';
