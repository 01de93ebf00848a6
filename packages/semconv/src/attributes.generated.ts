// Generated from packages/semconv/registry.yaml by `node scripts/generate.ts`. Do not edit.

/** Identifier of the work item inside its tenant and type. At most 256 bytes of UTF-8. */
export const ATTR_COSTSPAN_WORK_ITEM_ID = 'costspan.work_item.id' as const;

/** Kind of work item. */
export const ATTR_COSTSPAN_WORK_ITEM_TYPE = 'costspan.work_item.type' as const;

/** Tenant the work item belongs to; `default` when nothing names one. An authenticated tenant wins over this attribute. */
export const ATTR_COSTSPAN_WORK_ITEM_TENANT = 'costspan.work_item.tenant' as const;

/** Work item this one is a part of. Reports show own cost and cost with children; sums use own cost. */
export const ATTR_COSTSPAN_WORK_ITEM_PARENT_ID = 'costspan.work_item.parent_id' as const;

/** How the work item ended, as data. The greatest (outcome_at, trace, span) wins. */
export const ATTR_COSTSPAN_WORK_ITEM_OUTCOME = 'costspan.work_item.outcome' as const;

/** When the outcome was decided, as Unix nanoseconds in decimal text; the end of the span when absent. */
export const ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT = 'costspan.work_item.outcome_at' as const;

/** A dimension to report by, `costspan.dimension.<key>`, of the span, else of its resource. Where `work_items.dimensions` lists keys, only those are kept. Never a label of metrics. */
export const ATTR_COSTSPAN_DIMENSION_PREFIX = 'costspan.dimension.' as const;

/** Cost category of the span; see the categories below. */
export const ATTR_COSTSPAN_CATEGORY = 'costspan.category' as const;

/** Disjoint usage, `costspan.usage.<unit>`: an int, or a decimal string for fractions. Left out of a metered call where `gen_ai.usage.*` tells the same. */
export const ATTR_COSTSPAN_USAGE_PREFIX = 'costspan.usage.' as const;

/** What is priced when no model is: `provider/name`. */
export const ATTR_COSTSPAN_SKU = 'costspan.sku' as const;

/** Cost the application states itself. Used only where `trust.declared_cost` allows it; never negative. */
export const ATTR_COSTSPAN_DECLARED_COST_AMOUNT = 'costspan.declared_cost.amount' as const;

/** ISO 4217 code of the declared cost; the reporting currency when absent. */
export const ATTR_COSTSPAN_DECLARED_COST_CURRENCY = 'costspan.declared_cost.currency' as const;

/** Cost the provider reported in its answer, as it reported it. */
export const ATTR_COSTSPAN_PROVIDER_COST_AMOUNT = 'costspan.provider_cost.amount' as const;

/** ISO 4217 code of the provider-reported cost. */
export const ATTR_COSTSPAN_PROVIDER_COST_CURRENCY = 'costspan.provider_cost.currency' as const;

/** What the span is for cost: `call` (the priced leaf), `attempt` (one HTTP try that did not answer), `handoff`, `tool`, `aggregate` (never priced). */
export const ATTR_COSTSPAN_ROLE = 'costspan.role' as const;

/** Number of an HTTP attempt inside its call, from 1. On a call, the number of the attempt it ended with, which is how many it took; absent where that is the first. */
export const ATTR_COSTSPAN_ATTEMPT_NUMBER = 'costspan.attempt.number' as const;

/** Whether the provider bills the attempt: `yes`, `no` or `possible`. `possible` is priced as estimated with low bound 0. Absent: `yes`. */
export const ATTR_COSTSPAN_ATTEMPT_BILLABLE = 'costspan.attempt.billable' as const;

/** True on a call whose answer carried no usage although it was billable. Unknown usage is never zero usage. */
export const ATTR_COSTSPAN_USAGE_MISSING = 'costspan.usage_missing' as const;

/** Reason why the usage on the span was read under an assumption; its prices are then `estimated` for this reason. */
export const ATTR_COSTSPAN_USAGE_ASSUMPTION = 'costspan.usage_assumption' as const;

/** Role of the person; the price book has its rate. */
export const ATTR_COSTSPAN_HUMAN_ROLE = 'costspan.human.role' as const;

/** Touch time: how long the person worked on the item. */
export const ATTR_COSTSPAN_HUMAN_TOUCH_MS = 'costspan.human.touch_ms' as const;

/** Wait time: how long the item waited for the person. Never priced. */
export const ATTR_COSTSPAN_HUMAN_WAIT_MS = 'costspan.human.wait_ms' as const;

/** What the person decided. */
export const ATTR_COSTSPAN_HUMAN_DECISION = 'costspan.human.decision' as const;

/** Where the touch time comes from: `measured`, `declared`, or `default` (priced as estimated). */
export const ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE = 'costspan.human.touch_source' as const;

/** Identifier of a handoff; finishing the same handoff twice charges once. */
export const ATTR_COSTSPAN_HANDOFF_ID = 'costspan.handoff.id' as const;

/** State of a handoff: `open` or `completed`. */
export const ATTR_COSTSPAN_HANDOFF_STATE = 'costspan.handoff.state' as const;

/** Until when an open handoff can be finished, Unix milliseconds. */
export const ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS = 'costspan.handoff.expires_at_ms' as const;

/** Why the work item was handed to a person. */
export const ATTR_COSTSPAN_HANDOFF_REASON = 'costspan.handoff.reason' as const;

/** Agent that caused the span; `gen_ai.agent.name` is read where this is absent. */
export const ATTR_COSTSPAN_AGENT_NAME = 'costspan.agent.name' as const;

/** Region or geography the provider served the call from, where the answer says so. */
export const ATTR_COSTSPAN_REQUEST_INFERENCE_GEO = 'costspan.request.inference_geo' as const;

/** Who bills the call, on a span of another instrumentation that may name its provider otherwise. Wins over `gen_ai.provider.name`. */
export const ATTR_COSTSPAN_PROVIDER = 'costspan.provider' as const;

/** The provider's own identifier of the request. */
export const ATTR_COSTSPAN_PROVIDER_REQUEST_ID = 'costspan.provider_request_id' as const;

/** First 12 hex digits of an HMAC of the API key; never the key. */
export const ATTR_COSTSPAN_API_KEY_FINGERPRINT = 'costspan.api_key_fingerprint' as const;

/** Agent that called this one; absent for an agent that nobody called. */
export const ATTR_COSTSPAN_AGENT_PARENT = 'costspan.agent.parent' as const;

/** How many agents stand above this one: 0 for the first. */
export const ATTR_COSTSPAN_AGENT_DEPTH = 'costspan.agent.depth' as const;

/** How many agents this one has called, on its span when it ends. */
export const ATTR_COSTSPAN_AGENT_FAN_OUT = 'costspan.agent.fan_out' as const;

/** What was decided: `reserve`, `commit`, `release`, `charge` (spent without a reservation), `soft`, `gate`, `grant`, `deny`, `stop`, `overshoot`, `unpriced` (spent, but nobody knows how much) or `drift` (the ledger differs). */
export const ATTR_COSTSPAN_BUDGET_DECISION = 'costspan.budget.decision' as const;

/** Name of the budget. */
export const ATTR_COSTSPAN_BUDGET_NAME = 'costspan.budget.name' as const;

/** What the budget counts here: `item`, `type ticket 2026-11-22`, `agent researcher`, `tool stripe.refund`, `slice researcher`. Never an identifier of an item. */
export const ATTR_COSTSPAN_BUDGET_SCOPE = 'costspan.budget.scope' as const;

/** Amount of the decision: reserved, committed, released, refused, or how far above. */
export const ATTR_COSTSPAN_BUDGET_AMOUNT = 'costspan.budget.amount' as const;

/** ISO 4217 code of the budget. */
export const ATTR_COSTSPAN_BUDGET_CURRENCY = 'costspan.budget.currency' as const;

/** The limit that decided: the soft, gate or hard one. */
export const ATTR_COSTSPAN_BUDGET_LIMIT = 'costspan.budget.limit' as const;

/** The limit that decided, of a budget in time. */
export const ATTR_COSTSPAN_BUDGET_LIMIT_MS = 'costspan.budget.limit_ms' as const;

/** Spent from the budget so far, after the decision. */
export const ATTR_COSTSPAN_BUDGET_COMMITTED = 'costspan.budget.committed' as const;

/** Set aside for calls under way, after the decision. */
export const ATTR_COSTSPAN_BUDGET_RESERVED = 'costspan.budget.reserved' as const;

/** Time worked under the budget so far. */
export const ATTR_COSTSPAN_BUDGET_ELAPSED_MS = 'costspan.budget.elapsed_ms' as const;

/** Why: `money`, `time`, `unpriced`, `unbounded`, `denied`, `approval-timeout`, `store-down`, `overrun`, `currency`. */
export const ATTR_COSTSPAN_BUDGET_REASON = 'costspan.budget.reason' as const;

/** Identifier of the approval a gate waits for. */
export const ATTR_COSTSPAN_BUDGET_APPROVAL_ID = 'costspan.budget.approval_id' as const;

/** Cost of the span for dashboards. Approximate: the exact value is `costspan.cost.exact`. */
export const ATTR_COSTSPAN_COST_AMOUNT = 'costspan.cost.amount' as const;

/** Exact cost of the span, rounded half-even once to 1e-12 of the currency. */
export const ATTR_COSTSPAN_COST_EXACT = 'costspan.cost.exact' as const;

/** ISO 4217 code of the reporting currency. */
export const ATTR_COSTSPAN_COST_CURRENCY = 'costspan.cost.currency' as const;

/** How the cost is known; see the statuses below. */
export const ATTR_COSTSPAN_COST_STATUS = 'costspan.cost.status' as const;

/** Where the cost comes from: `price_book`, `provider`, `declared`. */
export const ATTR_COSTSPAN_COST_SOURCE = 'costspan.cost.source' as const;

/** Why the span is not fully priced: reasons joined by `,`, sorted. */
export const ATTR_COSTSPAN_COST_REASON = 'costspan.cost.reason' as const;

/** Lower bound of an estimated cost. */
export const ATTR_COSTSPAN_COST_LOW = 'costspan.cost.low' as const;

/** Upper bound of an estimated cost. */
export const ATTR_COSTSPAN_COST_HIGH = 'costspan.cost.high' as const;

/** True when the cost produced nothing: failed or repeated attempts, failed calls. */
export const ATTR_COSTSPAN_COST_WASTE = 'costspan.cost.waste' as const;

/** Version of the price book and the first 12 hex digits of its SHA-256. */
export const ATTR_COSTSPAN_COST_BOOK = 'costspan.cost.book' as const;

/** Identifiers of the price rows used, joined by `,`, in the order of the receipt. */
export const ATTR_COSTSPAN_COST_PRICE_IDS = 'costspan.cost.price_ids' as const;

/** Who priced the span: the configured name of the meter. */
export const ATTR_COSTSPAN_COST_EMITTER = 'costspan.cost.emitter' as const;

/** UUID of the ledger file. The true cost of an item is the sum over emitters of the total at each emitter's highest revision. */
export const ATTR_COSTSPAN_RECORD_EMITTER = 'costspan.record.emitter' as const;

/** Grows with each change of the record: max(previous + 1, commit time in microseconds). */
export const ATTR_COSTSPAN_RECORD_REVISION = 'costspan.record.revision' as const;

/** What this destination does not get to see, sorted, joined by `,`: `contract_prices`, `human_amounts`, `rates`. What is absent is not 0. */
export const ATTR_COSTSPAN_RECORD_REDACTED = 'costspan.record.redacted' as const;

/** `open` or `closed`. */
export const ATTR_COSTSPAN_RECORD_STATE = 'costspan.record.state' as const;

/** Start of the earliest span that names the item or bears its cost, Unix nanoseconds. */
export const ATTR_COSTSPAN_RECORD_FIRST_SPAN_AT = 'costspan.record.first_span_at' as const;

/** End of the latest span that names the item or bears its cost, Unix nanoseconds. */
export const ATTR_COSTSPAN_RECORD_LAST_SPAN_AT = 'costspan.record.last_span_at' as const;

/** Price books used, sorted, joined by `,`. */
export const ATTR_COSTSPAN_RECORD_BOOK_VERSIONS = 'costspan.record.book_versions' as const;

/** Share of cost-bearing spans that have a cost: 1 means nothing is unpriced. Six decimals, rounded down. */
export const ATTR_COSTSPAN_RECORD_COVERAGE = 'costspan.record.coverage' as const;

/** True when no span of the item is unpriced. */
export const ATTR_COSTSPAN_RECORD_COMPLETE = 'costspan.record.complete' as const;

/** Total for dashboards; approximate. */
export const ATTR_COSTSPAN_TOTAL_AMOUNT = 'costspan.total.amount' as const;

/** Exact total of the live entries. */
export const ATTR_COSTSPAN_TOTAL_EXACT = 'costspan.total.exact' as const;

/** Exact total with every estimate at its lower bound. */
export const ATTR_COSTSPAN_TOTAL_LOW = 'costspan.total.low' as const;

/** Exact total with every estimate at its upper bound. */
export const ATTR_COSTSPAN_TOTAL_HIGH = 'costspan.total.high' as const;

/** Exact cost of what produced nothing; a part of the total. */
export const ATTR_COSTSPAN_TOTAL_WASTE = 'costspan.total.waste' as const;

/** Exact total of one category, `costspan.total.category.<category>`; absent when nothing fed the category, or it is 0 beside spans without a price. */
export const ATTR_COSTSPAN_TOTAL_CATEGORY_PREFIX = 'costspan.total.category.' as const;

/** Disjoint usage of the item, `costspan.total.usage.<unit>`, decimal text. */
export const ATTR_COSTSPAN_TOTAL_USAGE_PREFIX = 'costspan.total.usage.' as const;

/** Number of cost-bearing spans by status, `costspan.total.spans.<status>`. */
export const ATTR_COSTSPAN_TOTAL_SPANS_PREFIX = 'costspan.total.spans.' as const;

/** Why spans are unpriced and how many: `reason=count` sorted, joined by `,`. */
export const ATTR_COSTSPAN_UNPRICED_REASONS = 'costspan.unpriced.reasons' as const;

/** First 32 hex digits of SHA-256 over tenant, trace and span. */
export const ATTR_COSTSPAN_ENTRY_ID = 'costspan.entry.id' as const;

/** Version of the entry, from 1; a changed decision is a void plus a new version. */
export const ATTR_COSTSPAN_ENTRY_VERSION = 'costspan.entry.version' as const;

/** `live` or `void`. */
export const ATTR_COSTSPAN_ENTRY_STATE = 'costspan.entry.state' as const;

/** Exact cost of the entry. */
export const ATTR_COSTSPAN_ENTRY_AMOUNT = 'costspan.entry.amount' as const;

/** Start of the span, Unix nanoseconds: the instant whose price applies. */
export const ATTR_COSTSPAN_ENTRY_USAGE_AT = 'costspan.entry.usage_at' as const;

/** When the ledger recorded the version, Unix nanoseconds. */
export const ATTR_COSTSPAN_ENTRY_RECORDED_AT = 'costspan.entry.recorded_at' as const;

/** Span whose cost the entry is, 16 hex digits; the trace is that of the log record. */
export const ATTR_COSTSPAN_ENTRY_SPAN_ID = 'costspan.entry.span_id' as const;

/** What the span is for cost, as `costspan.role`; `telemetry` is no span, it stands for what spans themselves cost. */
export const ATTR_COSTSPAN_ENTRY_ROLE = 'costspan.entry.role' as const;

/** How the work item was found: `span`, `resource`, `id_from`, `ancestor` or `trace`. */
export const ATTR_COSTSPAN_ENTRY_ITEM_SOURCE = 'costspan.entry.item_source' as const;

/** Why the entry belongs to no work item: `no-item`, `ambiguous-trace` or `id-too-long`. */
export const ATTR_COSTSPAN_ENTRY_UNATTRIBUTED_REASON = 'costspan.entry.unattributed_reason' as const;

/** Entry that is priced instead of this one, which reports the same call. */
export const ATTR_COSTSPAN_ENTRY_DUPLICATE_OF = 'costspan.entry.duplicate_of' as const;

/** True when the span came after its trace had closed and was attributed by what it carries itself. */
export const ATTR_COSTSPAN_ENTRY_LATE = 'costspan.entry.late' as const;

/** The whole entry as docs/reference/entry.md describes it, JSON: what a central ledger reads. */
export const ATTR_COSTSPAN_ENTRY_JSON = 'costspan.entry.json' as const;

/** What a trace says about a work item besides cost, JSON: when it was seen, outcome, parent and dimensions, each with the span that says so. */
export const ATTR_COSTSPAN_SIGHTING_JSON = 'costspan.sighting.json' as const;

/** Name of the span event that says what was decided. */
export const ATTR_COSTSPAN_AUDIT_EVENT = 'costspan.audit.event' as const;

/** When it was decided, Unix nanoseconds. */
export const ATTR_COSTSPAN_AUDIT_AT = 'costspan.audit.at' as const;

/** The decision with the span it was made in, as docs/reference/entry.md describes it, JSON: what a central ledger reads. */
export const ATTR_COSTSPAN_AUDIT_JSON = 'costspan.audit.json' as const;

/** One record: the roll-up of a work item at a revision. */
export const EVENT_COSTSPAN_WORK_ITEM_COST = 'costspan.work_item.cost' as const;

/** One ledger entry, for a central ledger or a table of entries. */
export const EVENT_COSTSPAN_ENTRY = 'costspan.entry' as const;

/** What one trace says about a work item besides what it cost, for a central ledger. */
export const EVENT_COSTSPAN_SIGHTING = 'costspan.sighting' as const;

/** What a budget or a gate decided in a span, for a central ledger. */
export const EVENT_COSTSPAN_AUDIT = 'costspan.audit' as const;

/** One decision of a budget, as an event of the span it was made in. */
export const EVENT_COSTSPAN_BUDGET = 'costspan.budget' as const;

/** Cost by category, item type, outcome, agent and status. Never by item. Float64: a trend, not for closing. */
export const METRIC_COSTSPAN_COST = 'costspan.cost' as const;

/** Cost-bearing spans in the ledger by category, item type, outcome, agent and status. */
export const METRIC_COSTSPAN_ENTRY_COUNT = 'costspan.entry.count' as const;

/** Work items by type, outcome and state. */
export const METRIC_COSTSPAN_WORK_ITEM_COUNT = 'costspan.work_item.count' as const;

/** Cost of a work item when it closes. */
export const METRIC_COSTSPAN_WORK_ITEM_TOTAL = 'costspan.work_item.total' as const;

/** Cost of a work item in the ledger minus what its budget counted, when both are known. Float64: a trend. */
export const METRIC_COSTSPAN_BUDGET_DRIFT = 'costspan.budget.drift' as const;

/** Cost-bearing spans in the ledger without a price, by category and reason. Falls when they are priced anew. */
export const METRIC_COSTSPAN_SPANS_UNPRICED = 'costspan.spans.unpriced' as const;

export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name' as const;
export const ATTR_GEN_AI_PROVIDER_NAME = 'gen_ai.provider.name' as const;
export const ATTR_GEN_AI_SYSTEM = 'gen_ai.system' as const;
export const ATTR_GEN_AI_REQUEST_MODEL = 'gen_ai.request.model' as const;
export const ATTR_GEN_AI_REQUEST_STREAM = 'gen_ai.request.stream' as const;
export const ATTR_GEN_AI_REQUEST_MAX_TOKENS = 'gen_ai.request.max_tokens' as const;
export const ATTR_GEN_AI_RESPONSE_MODEL = 'gen_ai.response.model' as const;
export const ATTR_GEN_AI_RESPONSE_ID = 'gen_ai.response.id' as const;
export const ATTR_GEN_AI_RESPONSE_FINISH_REASONS = 'gen_ai.response.finish_reasons' as const;
export const ATTR_GEN_AI_USAGE_INPUT_TOKENS = 'gen_ai.usage.input_tokens' as const;
export const ATTR_GEN_AI_USAGE_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens' as const;
export const ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS = 'gen_ai.usage.cache_read.input_tokens' as const;
export const ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS = 'gen_ai.usage.cache_write.input_tokens' as const;
export const ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS = 'gen_ai.usage.cache_creation.input_tokens' as const;
export const ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS = 'gen_ai.usage.reasoning.output_tokens' as const;
export const ATTR_GEN_AI_AGENT_NAME = 'gen_ai.agent.name' as const;
export const ATTR_GEN_AI_AGENT_ID = 'gen_ai.agent.id' as const;
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name' as const;
export const ATTR_GEN_AI_TOOL_CALL_ID = 'gen_ai.tool.call.id' as const;
export const ATTR_GEN_AI_CONVERSATION_ID = 'gen_ai.conversation.id' as const;
export const ATTR_OPENAI_REQUEST_SERVICE_TIER = 'openai.request.service_tier' as const;
export const ATTR_OPENAI_RESPONSE_SERVICE_TIER = 'openai.response.service_tier' as const;
export const ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER = 'anthropic.response.service_tier' as const;
export const ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_5M_INPUT_TOKENS = 'anthropic.usage.cache_creation.ephemeral_5m_input_tokens' as const;
export const ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_1H_INPUT_TOKENS = 'anthropic.usage.cache_creation.ephemeral_1h_input_tokens' as const;
export const ATTR_DB_SYSTEM_NAME = 'db.system.name' as const;
export const ATTR_DB_OPERATION_NAME = 'db.operation.name' as const;
export const ATTR_DB_COLLECTION_NAME = 'db.collection.name' as const;
export const ATTR_DB_NAMESPACE = 'db.namespace' as const;
export const ATTR_DB_OPERATION_BATCH_SIZE = 'db.operation.batch.size' as const;
export const ATTR_DB_RESPONSE_RETURNED_ROWS = 'db.response.returned_rows' as const;
export const ATTR_ERROR_TYPE = 'error.type' as const;
export const ATTR_HTTP_REQUEST_METHOD = 'http.request.method' as const;
export const ATTR_HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count' as const;
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code' as const;
export const ATTR_SERVER_ADDRESS = 'server.address' as const;
export const ATTR_SERVER_PORT = 'server.port' as const;
export const ATTR_SERVICE_NAME = 'service.name' as const;
export const ATTR_URL_FULL = 'url.full' as const;
