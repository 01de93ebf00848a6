-- Costspan in ClickHouse: exact views over the log events that the OpenTelemetry Collector's clickhouse exporter writes.
--
-- The exporter's table of logs is `otel_logs` of the current database. Events may have been written several times and by
-- several meters; each view takes what counts:
--
--   costspan_entries      one row per entry: the greatest version, whoever wrote it. Void ones are left out.
--   costspan_records      one row per work item and ledger: the greatest revision.
--   costspan_work_items   one row per work item and currency: the sum over ledgers. This is the cost of the item.
--
-- Amounts are Decimal(38, 12): exact. An amount nobody knows is NULL, and sums skip it: `unpriced_entries` and `complete` say so.
-- Use the entries of the meters or the records of their ledgers, never the sum of both; they are the same cost.

-- Entry events by entry, kept small by ClickHouse in its own time. The views do not rely on that.
CREATE TABLE IF NOT EXISTS costspan_entry_events
(
    entry_id FixedString(32),
    version UInt32,
    -- A version is written live and, when it is replaced, once more as void.
    is_void UInt8,
    emitter String,
    tenant LowCardinality(String),
    item_type LowCardinality(String),
    item_id String,
    unattributed_reason LowCardinality(String),
    category LowCardinality(String),
    status LowCardinality(String),
    waste UInt8,
    currency LowCardinality(String),
    amount Nullable(Decimal(38, 12)),
    low Nullable(Decimal(38, 12)),
    high Nullable(Decimal(38, 12)),
    usage_at DateTime64(9, 'UTC'),
    recorded_at DateTime64(9, 'UTC'),
    trace_id String,
    span_id String,
    provider LowCardinality(String),
    model LowCardinality(String),
    agent LowCardinality(String),
    dimensions Map(LowCardinality(String), String),
    reasons String,
    price_ids String,
    book LowCardinality(String)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, entry_id, version, is_void, emitter);

CREATE MATERIALIZED VIEW IF NOT EXISTS costspan_entry_events_writer TO costspan_entry_events AS
SELECT
    LogAttributes['costspan.entry.id'] AS entry_id,
    toUInt32(LogAttributes['costspan.entry.version']) AS version,
    LogAttributes['costspan.entry.state'] = 'void' AS is_void,
    LogAttributes['costspan.record.emitter'] AS emitter,
    LogAttributes['costspan.work_item.tenant'] AS tenant,
    LogAttributes['costspan.work_item.type'] AS item_type,
    LogAttributes['costspan.work_item.id'] AS item_id,
    LogAttributes['costspan.entry.unattributed_reason'] AS unattributed_reason,
    LogAttributes['costspan.category'] AS category,
    LogAttributes['costspan.cost.status'] AS status,
    LogAttributes['costspan.cost.waste'] = 'true' AS waste,
    LogAttributes['costspan.cost.currency'] AS currency,
    toDecimal128OrNull(LogAttributes['costspan.entry.amount'], 12) AS amount,
    coalesce(toDecimal128OrNull(LogAttributes['costspan.cost.low'], 12), amount) AS low,
    coalesce(toDecimal128OrNull(LogAttributes['costspan.cost.high'], 12), amount) AS high,
    fromUnixTimestamp64Nano(toInt64(LogAttributes['costspan.entry.usage_at']), 'UTC') AS usage_at,
    fromUnixTimestamp64Nano(toInt64(LogAttributes['costspan.entry.recorded_at']), 'UTC') AS recorded_at,
    TraceId AS trace_id,
    LogAttributes['costspan.entry.span_id'] AS span_id,
    LogAttributes['gen_ai.provider.name'] AS provider,
    LogAttributes['gen_ai.response.model'] AS model,
    LogAttributes['costspan.agent.name'] AS agent,
    mapApply((key, value) -> (substring(key, 20), value), mapFilter((key, value) -> startsWith(key, 'costspan.dimension.'), LogAttributes)) AS dimensions,
    LogAttributes['costspan.cost.reason'] AS reasons,
    LogAttributes['costspan.cost.price_ids'] AS price_ids,
    LogAttributes['costspan.cost.book'] AS book
FROM otel_logs
WHERE EventName = 'costspan.entry';

-- What is void is filtered outside: its older version must not come back.
CREATE OR REPLACE VIEW costspan_entries AS
SELECT * EXCEPT (is_void)
FROM
(
    SELECT *
    FROM costspan_entry_events
    ORDER BY tenant, entry_id, version DESC, is_void DESC, emitter DESC
    LIMIT 1 BY tenant, entry_id
)
WHERE NOT is_void;

-- Cost by item from entries: what the meters decided, one row per entry however many of them saw the span.
CREATE OR REPLACE VIEW costspan_work_items_from_entries AS
SELECT
    e.tenant AS tenant,
    e.item_type AS item_type,
    e.item_id AS item_id,
    e.currency AS currency,
    sum(e.amount) AS total,
    sum(e.low) AS low,
    sum(e.high) AS high,
    -- What is not waste counts as 0 here, so that an item without any has 0 and not NULL.
    sum(if(e.waste, e.amount, 0)) AS waste,
    countIf(e.status IN ('unpriced', 'usage_missing', 'invalid_usage')) AS unpriced_entries,
    unpriced_entries = 0 AS complete,
    count() AS entries
FROM costspan_entries AS e
WHERE e.item_id != '' AND e.status NOT IN ('aggregate', 'duplicate')
GROUP BY e.tenant, e.item_type, e.item_id, e.currency;

CREATE TABLE IF NOT EXISTS costspan_record_events
(
    tenant LowCardinality(String),
    item_type LowCardinality(String),
    item_id String,
    emitter String,
    revision UInt64,
    currency LowCardinality(String),
    total Decimal(38, 12),
    low Decimal(38, 12),
    high Decimal(38, 12),
    waste Decimal(38, 12),
    categories Map(LowCardinality(String), Decimal(38, 12)),
    dimensions Map(LowCardinality(String), String),
    parent_id String,
    outcome LowCardinality(String),
    outcome_at Nullable(DateTime64(9, 'UTC')),
    state LowCardinality(String),
    complete UInt8,
    first_span_at DateTime64(9, 'UTC'),
    last_span_at DateTime64(9, 'UTC')
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, item_type, item_id, emitter);

CREATE MATERIALIZED VIEW IF NOT EXISTS costspan_record_events_writer TO costspan_record_events AS
SELECT
    LogAttributes['costspan.work_item.tenant'] AS tenant,
    LogAttributes['costspan.work_item.type'] AS item_type,
    LogAttributes['costspan.work_item.id'] AS item_id,
    LogAttributes['costspan.record.emitter'] AS emitter,
    toUInt64(LogAttributes['costspan.record.revision']) AS revision,
    LogAttributes['costspan.cost.currency'] AS currency,
    toDecimal128(LogAttributes['costspan.total.exact'], 12) AS total,
    toDecimal128(LogAttributes['costspan.total.low'], 12) AS low,
    toDecimal128(LogAttributes['costspan.total.high'], 12) AS high,
    toDecimal128(LogAttributes['costspan.total.waste'], 12) AS waste,
    mapApply((key, value) -> (substring(key, 25), toDecimal128(value, 12)), mapFilter((key, value) -> startsWith(key, 'costspan.total.category.'), LogAttributes)) AS categories,
    mapApply((key, value) -> (substring(key, 20), value), mapFilter((key, value) -> startsWith(key, 'costspan.dimension.'), LogAttributes)) AS dimensions,
    LogAttributes['costspan.work_item.parent_id'] AS parent_id,
    LogAttributes['costspan.work_item.outcome'] AS outcome,
    if(outcome = '', NULL, fromUnixTimestamp64Nano(toInt64(LogAttributes['costspan.work_item.outcome_at']), 'UTC')) AS outcome_at,
    LogAttributes['costspan.record.state'] AS state,
    LogAttributes['costspan.record.complete'] = 'true' AS complete,
    fromUnixTimestamp64Nano(toInt64(LogAttributes['costspan.record.first_span_at']), 'UTC') AS first_span_at,
    fromUnixTimestamp64Nano(toInt64(LogAttributes['costspan.record.last_span_at']), 'UTC') AS last_span_at
FROM otel_logs
WHERE EventName = 'costspan.work_item.cost';

CREATE OR REPLACE VIEW costspan_records AS
SELECT *
FROM costspan_record_events
ORDER BY tenant, item_type, item_id, emitter, revision DESC
LIMIT 1 BY tenant, item_type, item_id, emitter;

CREATE OR REPLACE VIEW costspan_work_items AS
SELECT
    r.tenant AS tenant,
    r.item_type AS item_type,
    r.item_id AS item_id,
    r.currency AS currency,
    sum(r.total) AS total,
    sum(r.low) AS low,
    sum(r.high) AS high,
    sum(r.waste) AS waste,
    sumMap(r.categories) AS categories,
    -- The latest outcome that any ledger saw, by when it was decided.
    argMax(r.outcome, (r.outcome_at IS NOT NULL, r.outcome_at, r.outcome)) AS outcome,
    max(r.outcome_at) AS outcome_at,
    if(min(r.state = 'closed'), 'closed', 'open') AS state,
    min(r.complete) AS complete,
    min(r.first_span_at) AS first_span_at,
    max(r.last_span_at) AS last_span_at,
    count() AS ledgers
FROM costspan_records AS r
GROUP BY r.tenant, r.item_type, r.item_id, r.currency;
