import type { Receipt, ReceiptLine, Usage } from '@costspan/pricing';
import type { Category, Status } from '@costspan/semconv';
import type { ItemKey, SpanRole } from './span-fact.ts';

/** One immutable ledger fact: what a span cost and whose cost it is. A changed decision is a void plus a new version. */
export type Entry = {
  /** First 32 hex digits of SHA-256 over tenant, trace and span. */
  readonly id: string;
  /** From 1. */
  readonly version: number;
  readonly state: 'live' | 'void';
  readonly tenant: string;
  /** Absent: unattributed, see `unattributedReason`. */
  readonly item?: ItemKey;
  readonly unattributedReason?: string;
  /** How the item was found: by the span itself, its resource, a configured key, an ancestor or the trace. */
  readonly itemSource?: 'span' | 'resource' | 'id_from' | 'ancestor' | 'trace';
  readonly category: Category;
  readonly currency: string;
  readonly amountPico: bigint;
  readonly lowPico: bigint;
  readonly highPico: bigint;
  readonly waste: boolean;
  readonly status: Status;
  /** Where the amount comes from. */
  readonly source: Receipt['source'];
  /** Why the entry is not plainly priced, sorted. */
  readonly reasons: readonly string[];
  readonly usage: Usage;
  /** Tier the provider served and where, as far as prices may depend on them. */
  readonly serviceTier?: string;
  readonly region?: string;
  /** Present once it was priced anew: how often by now, and why the last time. */
  readonly repriced?: { readonly count: number; readonly reason: string };
  readonly lines: readonly ReceiptLine[];
  /** The other figure where two are known: what the provider reported, what the book says, or the list price. */
  readonly compared?: Receipt['compared'];
  readonly priceIds: readonly string[];
  readonly book: { readonly version: string; readonly sha256: string };
  /** Version of the reading rules that made the observation. */
  readonly normalizer: string;
  /** Start of the span, Unix nanoseconds: the instant whose price applied. */
  readonly usageAtNs: bigint;
  readonly endNs: bigint;
  /** When the ledger recorded this version, Unix nanoseconds. */
  readonly recordedAtNs: bigint;
  readonly traceId: string;
  readonly spanId: string;
  readonly spanName: string;
  readonly role: SpanRole;
  /** Instrumentation scope that reported the span. */
  readonly scopeName: string;
  /** What two instrumentations of one call share; see `duplicateOf`. */
  readonly callId?: string;
  /** Identity of the entry that is priced instead of this one. Only with status `duplicate`. */
  readonly duplicateOf?: string;
  /** Present when the span came after its trace had closed: it was decided by what it carries, without its ancestors. */
  readonly late?: true;
  readonly attempt?: { readonly number: number; readonly billable: 'yes' | 'no' | 'possible' };
  readonly provider: string;
  readonly model: string;
  readonly agent?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly requestId?: string;
  readonly apiKeyFingerprint?: string;
  readonly human?: {
    readonly role: string;
    readonly touchMs?: number;
    readonly waitMs?: number;
    readonly decision?: string;
    readonly handoffId?: string;
    /** Open handoffs only: until when they can be finished, Unix milliseconds. */
    readonly expiresAtMs?: number;
  };
  /** UUID of the ledger file. */
  readonly emitter: string;
  /** Which version of which ledger this is, where another one decided it. */
  readonly origin?: { readonly emitter: string; readonly version: number };
};
