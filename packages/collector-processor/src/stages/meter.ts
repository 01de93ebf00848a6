import type { Delivery } from '../delivery.ts';
import type { PackedFacts } from '../facts/packed-facts.ts';
import type { Steps } from '../otlp/codec.ts';

/** Who sent a request, as far as authentication and configuration know. */
export type SenderContext = {
  /** Tenant of the authenticated sender; absent: the span's own attribute, else `default`. */
  readonly tenant?: string;
};

/** Spans of one version of one instrumentation. */
export type UnknownScope = { readonly name: string; readonly version: string; readonly spans: number };

/** A metered trace request: priced bytes to forward and the facts for the ledger. */
export type Metered = {
  readonly kind: 'metered';
  readonly body: Uint8Array;
  readonly facts: PackedFacts;
  readonly spanCount: number;
  readonly pricedSpanCount: number;
  /** Cost-bearing spans whose trace state says that traces like theirs were dropped. */
  readonly sampledSpanCount: number;
  /** Cost-bearing spans without a price, by reason. */
  readonly unpriced: Readonly<Record<string, number>>;
  /** Instrumentations whose spans look like model calls and that no dialect reads. */
  readonly unknownScopes: readonly UnknownScope[];
  /** Texts that are not valid UTF-8 and went on as they came. */
  readonly invalidUtf8Count: number;
};

/**
 * Prices one ExportTraceServiceRequest (protobuf). What it writes on a span is a pure function of the request, the
 * configuration and the price book: the same request twice gives the same bytes. It keeps nothing.
 */
export type Meter = (body: Uint8Array, sender: SenderContext) => MeterResult;

/** Does the same a few spans at a time. */
export type MeterInSteps = (body: Uint8Array, sender: SenderContext) => Steps<MeterResult>;

export type MeterResult = Metered | Extract<Delivery, { kind: 'rejected' }>;
