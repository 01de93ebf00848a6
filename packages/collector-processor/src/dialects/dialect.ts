import type { SpanRole } from '@costspan/ledger';
import type { MoneyText, Unit, UsagePart, UsageReading } from '@costspan/pricing';
import type { Category } from '@costspan/semconv';
import type { AttributeValue, SpanView } from '../otlp/span-view.ts';

/** A key, or several of which the first that serves counts. A list is best kept and given again: it is looked up once. */
export type Keys = string | readonly string[];

/** Attributes of the span under the cursor, by name. Valid as long as the cursor stands. */
export type SpanFields = {
  readonly span: SpanView;
  readonly get: (key: string) => AttributeValue | undefined;
  /** The first of these keys whose value is text that is not empty, or a number as text. */
  readonly text: (keys: Keys) => string | undefined;
  /** The same of what only the ledger keeps; undefined where there is none. */
  readonly evidence: (keys: Keys) => string | undefined;
  /** The first of these keys that the span carries. */
  readonly present: (keys: Keys) => string | undefined;
  /** The value of the first of these keys that the span carries. */
  readonly first: (keys: Keys) => AttributeValue | undefined;
};

/** How a span is recognised. Everything given must hold; of a list, one. */
export type Signature = {
  /** Names of instrumentation scopes; a trailing `*` stands for any rest. */
  readonly scope?: readonly string[];
  /** Names of spans; a trailing `*` stands for any rest. */
  readonly name?: readonly string[];
  /** Keys of which the span carries one. */
  readonly key?: readonly string[];
  /** Start of a key the span carries, for sets of keys that are open. */
  readonly keyPrefix?: string;
};

/** What a span is for cost; `none` bears none and is not even a sum. */
export type RoleOrNone = SpanRole | 'none';

/** How the role is read from a value such as the name of an operation. */
export type RoleRule = {
  /** Keys that hold the value; the first present counts. */
  readonly keys: readonly string[];
  readonly byValue: Readonly<Record<string, RoleOrNone>>;
  /** Role for a value the table does not have. `call-if-used`: a call when the span carries usage or a model, else none. */
  readonly otherwise: RoleOrNone | 'call-if-used';
  /** Role where no key is present. */
  readonly absent: RoleOrNone | 'call-if-used';
};

/** Where the token counts of a span lie. Of each list of keys the first present counts. */
export type TokenKeys = {
  readonly input: readonly string[];
  readonly output: readonly string[];
  /** All tokens. Only where the source computes it in a way that tells the conventions apart. */
  readonly total?: readonly string[];
  readonly cacheRead?: readonly string[];
  /** All cache writes; the two below are parts of it. */
  readonly cacheWrite?: readonly string[];
  readonly cacheWrite5m?: readonly string[];
  readonly cacheWrite1h?: readonly string[];
  /** Part of the output, unless the counts prove that it comes on top. */
  readonly reasoning?: readonly string[];
  /** Parts of the input and of the cache reads. */
  readonly inputMedia?: Readonly<Partial<Record<'audio' | 'image' | 'video', readonly string[]>>>;
  readonly cacheReadMedia?: Readonly<Partial<Record<'audio' | 'image', readonly string[]>>>;
  /** Parts of the output. */
  readonly outputMedia?: Readonly<Partial<Record<'audio' | 'image' | 'video', readonly string[]>>>;
  /** Counts outside of input and output. */
  readonly beside?: ReadonlyArray<readonly [keys: readonly string[], unit: Unit]>;
};

/** Whether the input count includes cache reads and writes. */
export type CacheConvention = 'inside' | 'beside';

/** A convention that differs from call to call. */
export type CacheRule = {
  /** In words, for the documentation. */
  readonly explained: string;
  readonly of: (fields: SpanFields, provider: string) => CacheConvention;
};

/** When the reading of a call is an assumption, although the span has counts. */
export type Doubt = {
  /** What is assumed, as receipts name it. */
  readonly reason: string;
  /** For the documentation; completes "estimated ...". */
  readonly when: string;
  /** `fromPayload`: the usage comes from a payload. */
  readonly holds: (fields: SpanFields, fromPayload: boolean) => boolean;
};

/**
 * How it is known that spans look like this: `captured` from the packages themselves, kept as fixtures that tests read;
 * `documented` by their authors or read in their source; `own`, because the words are ours.
 */
export type Evidence = 'captured' | 'documented' | 'own';

/** A JSON attribute that holds the provider's own usage object, or more than the counts beside it. */
export type Payload = {
  readonly key: string;
  /** What lies there, for the documentation. */
  readonly holds: string;
  /** Parses the text; undefined when it is not what it should be. Default: as JSON. */
  readonly parse?: (text: string) => unknown;
  /** What the parsed JSON says; undefined when it says nothing about usage. */
  readonly read: (json: unknown) => PayloadReading | undefined;
};

export type PayloadReading = {
  /** `missing` where the payload tells other things alone; the counts of the span are read then. */
  readonly usage: UsageReading;
  readonly responseId?: string;
  readonly serviceTier?: string;
};

/** Usage a span states. */
export type SpanUsage =
  | {
      readonly kind: 'ok';
      readonly parts: readonly UsagePart[];
      /** Half of the usage nobody stated, although there must be some. */
      readonly lacks?: 'input-missing' | 'output-missing';
    }
  /** Something was used and billed, but nobody stated how much. */
  | { readonly kind: 'missing' }
  /** The counts are impossible. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** Nothing is billed: the provider refused or failed the request. */
  | { readonly kind: 'unbilled'; readonly reason: string }
  /** The span looks like a call, but nobody knows how to read it. */
  | { readonly kind: 'unread'; readonly reason: string };

/** What a span says about cost, in the words of no vendor. A field that is undefined is absent. */
export type CostReading = {
  readonly role: SpanRole;
  readonly category: Category;
  /** '' when the span does not say. */
  readonly provider: string;
  /** '' when the span does not say. */
  readonly model: string;
  readonly usage: SpanUsage;
  /** Whether it costs anything depends on the rest of its trace, which the ledger knows: nothing is written on the span. */
  readonly undecided?: true | undefined;
  readonly responseId?: string | undefined;
  readonly serviceTier?: string | undefined;
  readonly region?: string | undefined;
  readonly reportedCost?: MoneyText | undefined;
  readonly declaredCost?: MoneyText | undefined;
  readonly attempt?: { readonly number: number; readonly billable: 'yes' | 'no' | 'possible' } | undefined;
  readonly agent?: string | undefined;
  readonly requestId?: string | undefined;
  readonly apiKeyFingerprint?: string | undefined;
  readonly human?:
    | {
        readonly role: string;
        readonly touchMs?: number;
        readonly waitMs?: number;
        readonly decision?: string;
        readonly handoffId?: string;
        /** Open handoffs only: until when they can be finished, Unix milliseconds. */
        readonly expiresAtMs?: number;
      }
    | undefined;
};

/** Names of a span that a model call has. */
export type CallKeys = {
  readonly role: RoleRule;
  /** Category of a call by the value of the role's key; `llm` otherwise. */
  readonly categoryByValue?: Readonly<Record<string, Category>>;
  readonly provider: readonly string[];
  /** Provider of this row where no key names one. */
  readonly providerOtherwise?: string;
  /** Provider by the value found, where its name is of the source's own making. */
  readonly providerOf?: (value: string) => string;
  /** Most specific first: the model that answered, then the one asked for. */
  readonly model: readonly string[];
  /** Model by the value found, where more than its name is in it. */
  readonly modelOf?: (value: string) => string;
  readonly responseId?: readonly string[];
  readonly requestId?: readonly string[];
  readonly agent?: readonly string[];
  /** How often the client tried again before this answer. */
  readonly resends?: readonly string[];
  /** Tier that served the call. */
  readonly servedTier?: readonly string[];
  /** Tier that was asked for; used as an estimate where the tier served is unknown. */
  readonly requestedTier?: readonly string[];
  readonly region?: readonly string[];
  readonly tokens: TokenKeys;
  readonly caches: CacheConvention | CacheRule;
  readonly payloads?: readonly Payload[];
  /** Of several the first that holds. */
  readonly doubt?: Doubt | readonly Doubt[];
  /** True for a call that cannot be told from a parent that repeats it: it is taken for the sum, and kept as such. */
  readonly mayBeSum?: (fields: SpanFields) => boolean;
  /** Further keys that the functions of this row ask for. */
  readonly otherKeys?: readonly string[];
};

/**
 * One way in which instrumentations write cost on spans: how it is recognised and how it is read. Most are data alone
 * (`call`); `read` is for those that are no model calls.
 */
export type Dialect = {
  /** Unique; stays the same for ever, because entries name it. */
  readonly id: string;
  /** Grows when the same span is read differently than before. */
  readonly version: number;
  /** Who emits such spans. */
  readonly emitter: string;
  /** What such spans cannot tell, for the documentation. */
  readonly limits: readonly string[];
  readonly evidence: Evidence;
  readonly detect: readonly Signature[];
} & (
  | { readonly call: CallKeys }
  | {
      /** Every key that `read` asks for. */
      readonly keys: readonly string[];
      /** What is read from what, for the documentation. */
      readonly reads: ReadonlyArray<readonly [from: string, what: string]>;
      /** What the span says about cost; undefined when it bears none. */
      readonly read: (fields: SpanFields) => CostReading | undefined;
    }
);
