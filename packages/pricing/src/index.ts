export { allocateByLargestRemainder, formatPicoFixed, ratioText, shareOf, sharesByLargestRemainder } from './allocate.ts';
export { type BookIssue, type CompiledBooks, type CompileOptions, compileBook } from './compile-book.ts';
export type { CompiledBook } from './compiled-book.ts';
export { HUMAN_PROVIDER } from './compiled-role.ts';
export { formatMoney, minorDigitsOf } from './currency.ts';
export { formatIssue, type Issue, type IssuePath } from './fields.ts';
export { parseInstant } from './instant.ts';
export { type ListedPrice, type ListedPrices, listPrices, type PriceQuery } from './list-prices.ts';
export { type ModelLimits, modelLimits } from './model-limits.ts';
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
export type {
  CallOutcome,
  Discount,
  FxRate,
  Match,
  ModelLimit,
  Modifier,
  OutcomeRule,
  PriceBook,
  PriceRow,
  Role,
  Shelf,
  ShelvedBook,
  Source,
  When,
} from './price-book.ts';
export type { MoneyText, PriceRequest } from './price-request.ts';
export { catalogIdOf, parseSku, ROUTERS } from './provider-names.ts';
export { readAiSdk } from './readers/ai-sdk.ts';
export { readAnthropicMessages } from './readers/anthropic-messages.ts';
export { ASSUMPTIONS } from './readers/assumptions.ts';
export { readBedrockConverse } from './readers/bedrock-converse.ts';
export { readCohere } from './readers/cohere.ts';
export { decimalText } from './readers/decimal-text.ts';
export { readDeepseek } from './readers/deepseek.ts';
export { readGemini } from './readers/gemini.ts';
export { readGroq } from './readers/groq.ts';
export { readMistral } from './readers/mistral.ts';
export { readOpenaiSpeech, readOpenaiTranscription } from './readers/openai-audio.ts';
export { readOpenaiChat } from './readers/openai-chat.ts';
export { readOpenaiEmbeddings } from './readers/openai-embeddings.ts';
export { readOpenaiImages } from './readers/openai-images.ts';
export { readOpenaiResponses } from './readers/openai-responses.ts';
export { countOpenaiServerTools } from './readers/openai-server-tools.ts';
export { readOpenrouter } from './readers/openrouter.ts';
export { sumUsage } from './readers/sum-usage.ts';
export type { InclusiveCount, UsageFields } from './readers/usage-fields.ts';
export { openUsageFields } from './readers/usage-fields.ts';
export { usageReaders } from './readers/usage-readers.ts';
export type { ReadUsage, UsagePart, UsageReading } from './readers/usage-reading.ts';
export { readXaiChat, readXaiResponses } from './readers/xai.ts';
export { REASONS, type Reason } from './reasons.ts';
export type { ComparedCost, LineStatus, Receipt, ReceiptLine } from './receipt.ts';
export { sumReceipts } from './sum-receipts.ts';
export {
  parseTelemetryPrices,
  TELEMETRY_REASON,
  type TelemetryPrices,
  type TelemetrySize,
  type TelemetrySku,
  telemetryPrices,
  telemetryPricesText,
  telemetryReceipt,
  telemetryUsage,
} from './telemetry.ts';
export { isTokenUnit, parentUnitOf, type Unit, type Usage } from './usage.ts';
