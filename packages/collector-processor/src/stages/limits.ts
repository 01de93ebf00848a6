/** Bounds of what the meter takes from a span, each with its reason. */

/** Bytes of UTF-8 in the tenant, type or id of a work item: part of every key of the ledger, so it stays small. */
export const ITEM_NAME_BYTES_MAX = 256;

/** Characters kept of a name that only describes: model, span name, scope, agent. Longer ones are cut. */
export const NAME_CHARACTERS_MAX = 256;

/** Dimensions kept of one span; further ones, in the order of their keys, are left out. Reports have a handful. */
export const DIMENSIONS_MAX = 32;

/** Minutes whose prices of telemetry are remembered: spans of a request start within a few. */
export const TELEMETRY_MINUTES_MAX = 256;

/** Characters of a JSON attribute that is parsed for its usage. A usage object has a few hundred; the rest would be prose. */
export const PAYLOAD_CHARACTERS_MAX: number = 256 * 1024;

/** Units one span may state: the registry has 34, custom ones come on top. As many as the pricing engine takes. */
export const UNITS_MAX = 128;

/** Characters of the name of a unit: names of price rows are short, and entries keep them. */
export const UNIT_CHARACTERS_MAX = 64;

/** Characters of a count stated as text. The longest honest one has about 30. */
export const COUNT_CHARACTERS_MAX = 64;

/** Characters shown of a text that was read, where a span is explained. Names are shorter; the rest would be prose. */
export const SHOWN_CHARACTERS_MAX = 80;

/** Spans explained at once. Which of them are duplicates is known once all of a trace are there, and each takes about 2 KB. */
export const EXPLAINED_SPANS_MAX = 200_000;

/** Items a meter remembers, so that what spans say about one is worked out once: more than a request has. About 300 bytes each. */
export const RECENT_ITEMS_MAX = 4_096;

/** Events of Costspan's own that are kept of one span: a call has a handful for each budget it is under. */
export const auditEventsMax = 64;

/** Attributes that are kept of such an event: the registry has a dozen. */
export const auditAttributesMax = 32;

/**
 * Lists of keys that are remembered with what shapes of spans carry of them: a dialect asks for some fifty, and spans that are read
 * have a few shapes. A list that is made anew for a span only costs time. About 200 bytes each.
 */
export const ASKED_LISTS_MAX = 8_192;

/** Runs of attributes that are kept encoded: one for each way in which calls of a model are priced. About 500 bytes each. */
export const RUNS_MAX = 1_024;

/** Instrumentation scopes a meter remembers, so that the dialects that may read their spans are worked out once. About 3 KB each. */
export const RECENT_SCOPES_MAX = 256;

/** Hosts that are remembered with whose they are: a service speaks to some dozens. About 100 bytes each. */
export const RECENT_HOSTS_MAX = 1_024;

/** Sets of keys that are remembered, in each scope, with what follows from them: an instrumentation has a few. About 300 bytes each. */
export const KNOWN_SHAPES_MAX = 128;

/** Questions that are remembered with the answers spans gave, over all scopes and sets of keys. About 100 bytes each. */
export const KNOWN_QUESTIONS_MAX = 16_384;

/** Answers to one question that are remembered. Names of methods, systems and operations are few; ids are not, and are never kept. */
export const KNOWN_ANSWERS_MAX = 16;

/** Bytes of such an answer. Names are shorter. */
export const KNOWN_ANSWER_BYTES_MAX = 64;

/** Questions asked of a span before it is read in any case: a span that bears no cost is soon known by its answers. */
export const QUESTIONS_FIRST_MAX = 8;

/** Bytes of what a span says in our own words that are compared with the span before. Id, type and dimensions take some hundreds. */
export const OWN_WORDS_BYTES_MAX = 2_048;
