import type { SpanFact } from '@costspan/ledger';
import { type CompiledBook, type TelemetrySku, telemetryPrices, telemetryPricesText } from '@costspan/pricing';
import type { SpanView } from '../otlp/span-view.ts';
import { TELEMETRY_MINUTES_MAX } from './limits.ts';
import { remember } from './remember.ts';

/** What a span is as telemetry: its size, and what is asked for such when it starts. */
export type MeasureTelemetry = (span: SpanView) => NonNullable<SpanFact['telemetry']>;

/** Builds the stage for what a vendor of observability asks. */
export const createMeasureTelemetry = (sku: TelemetrySku, book: CompiledBook): MeasureTelemetry => {
  const pricesAt = (atMs: number): string => telemetryPricesText(telemetryPrices(sku, atMs, book));
  // Books tell times of day by the minute: within one a price changes only where a validity begins or ends in the midst of it.
  const pricesOf = remember(TELEMETRY_MINUTES_MAX, (minute: number) => {
    const prices = pricesAt(minute * MS_PER_MINUTE);
    return { prices, isSteady: prices === pricesAt((minute + 1) * MS_PER_MINUTE - 1) };
  });
  return ({ byteLength, startUnixNs }) => {
    const atMs = Number(startUnixNs / NS_PER_MS);
    const { prices, isSteady } = pricesOf(Math.floor(atMs / MS_PER_MINUTE));
    return { bytes: byteLength, prices: isSteady ? prices : pricesAt(atMs) };
  };
};

const NS_PER_MS = 1_000_000n;
const MS_PER_MINUTE = 60_000;
