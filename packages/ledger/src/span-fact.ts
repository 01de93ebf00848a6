import type { Receipt, Usage } from '@costspan/pricing';
import type { Category } from '@costspan/semconv';

/** Identity of a work item. All three parts belong to it. */
export type ItemKey = {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
};

/** What a span says about how its work item ended. */
export type Outcome = {
  readonly value: string;
  /** When it was decided, Unix nanoseconds. */
  readonly atNs: bigint;
};

/**
 * Why a span was sent: the priced leaf, a try that did not answer, a handoff, a tool, or a sum of its children. `telemetry` is no
 * span: it stands for what spans themselves cost their vendor of observability.
 */
export type SpanRole = 'call' | 'attempt' | 'handoff' | 'tool' | 'aggregate' | 'telemetry';

/** What one span says about cost. Plain data: safe to clone, store and send. */
export type Observation = {
  /** First 32 hex digits of SHA-256 over tenant, trace and span: the identity of the entry. */
  readonly entryId: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  /** Identifier of the dialect row that read the span. */
  readonly dialect: string;
  readonly role: SpanRole;
  /** Provider and response id, the key two instrumentations of one call share; absent when the span has none. */
  readonly callId?: string;
  readonly category: Category;
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** Tier the provider served and where, as far as prices may depend on them. */
  readonly serviceTier?: string;
  readonly region?: string;
  readonly receipt: Receipt;
  /** Present once the receipt was made anew: how often by now, and why the last time. */
  readonly repriced?: { readonly count: number; readonly reason: string };
  /** True when the cost produced nothing: an attempt that did not answer, or a failed call. */
  readonly waste: boolean;
  readonly attempt?: { readonly number: number; readonly billable: 'yes' | 'no' | 'possible' };
  readonly agent?: string;
  readonly requestId?: string;
  readonly apiKeyFingerprint?: string;
  /** Human handoffs only. Milliseconds; wait time is never priced. */
  readonly human?: {
    readonly role: string;
    readonly touchMs?: number;
    readonly waitMs?: number;
    readonly decision?: string;
    readonly handoffId?: string;
    /** Open handoffs only: until when they can be finished, Unix milliseconds. */
    readonly expiresAtMs?: number;
  };
};

/** Something Costspan itself decided during a span, such as a reservation of a budget: evidence, it costs nothing. */
export type AuditEvent = {
  /** Name of the event, such as `costspan.budget`. */
  readonly name: string;
  /** Unix nanoseconds. */
  readonly atNs: bigint;
  /** Its attributes as text, sorted by key. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** What the ledger keeps of one span: its place in the trace, the work item it names, and its observation if it bears cost. */
export type SpanFact = {
  readonly tenant: string;
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or '' for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** The work item the span itself or its resource names. `type` is `unspecified` when nobody said. */
  readonly item?: {
    readonly type: string;
    readonly id: string;
    readonly parentId?: string;
    readonly source: 'span' | 'resource' | 'id_from';
  };
  /** Why an item that was named could not be taken, for example `id-too-long`. */
  readonly itemProblem?: string;
  readonly outcome?: Outcome;
  /** Allowed dimensions, sorted by key. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** In the order of the span. */
  readonly events?: readonly AuditEvent[];
  /** What the span is as telemetry; absent where nobody asked what that costs. */
  readonly telemetry?: {
    /** Bytes of the span as it came, without what it shares with others. */
    readonly bytes: number;
    /** Text of what its vendor of observability asked when it started. */
    readonly prices: string;
  };
  /** Absent: the span only links its children to its parent. */
  readonly observation?: Observation;
};
