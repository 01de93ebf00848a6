/** Bits of the key of a version that number it within its trace; the others are the key of the trace. */
export const versionBits = 24;

/** Marks a SQLite file as a ledger: "Cost" in ASCII. */
export const applicationId = 0x43_6f_73_74;

export type Migration = { readonly version: number; readonly name: string; readonly sql: string };

/**
 * How a ledger file came to be, oldest first. Entries of this list are never edited: a change is a new migration. The tables
 * are described in docs/reference/ledger-schema.md.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'entries and records',
    sql: `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE traces (
  trace_key INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  trace_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'summed', 'closed')),
  facts INTEGER NOT NULL,
  sums INTEGER NOT NULL,
  active_at_ns INTEGER NOT NULL,
  unnamed TEXT NOT NULL,
  rooted INTEGER NOT NULL,
  item_key INTEGER,
  contribution BLOB,
  context BLOB
) STRICT;
CREATE INDEX traces_by_activity ON traces (state, active_at_ns);
CREATE INDEX traces_by_item ON traces (item_key) WHERE item_key IS NOT NULL;

CREATE TABLE trace_index (
  trace_hash INTEGER NOT NULL,
  trace_key INTEGER NOT NULL,
  PRIMARY KEY (trace_hash, trace_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE context (
  trace_key INTEGER NOT NULL,
  part INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (trace_key, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE words (
  number INTEGER PRIMARY KEY,
  word TEXT NOT NULL
) STRICT;

CREATE TABLE items (
  item_key INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  parent_id TEXT,
  outcome TEXT,
  outcome_at_ns INTEGER,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'withdrawn')),
  total_whole INTEGER NOT NULL,
  total_pico INTEGER NOT NULL,
  waste_whole INTEGER NOT NULL,
  waste_pico INTEGER NOT NULL,
  first_span_ns INTEGER NOT NULL,
  last_span_ns INTEGER NOT NULL,
  contribution BLOB NOT NULL,
  pruned BLOB,
  active_at_ns INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  sent_revision INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, type, id)
) STRICT;
CREATE INDEX items_dirty ON items (revision) WHERE revision > sent_revision;
CREATE INDEX items_due ON items (active_at_ns) WHERE state = 'open' AND outcome IS NOT NULL;

CREATE TABLE further_contributions (
  trace_key INTEGER NOT NULL,
  item_key INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (trace_key, item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX further_contributions_by_item ON further_contributions (item_key);

CREATE VIEW contributions AS
SELECT trace_key, item_key, contribution AS body FROM traces WHERE item_key IS NOT NULL
UNION ALL SELECT trace_key, item_key, body FROM further_contributions;

CREATE TABLE departures (
  trace_key INTEGER NOT NULL,
  item_key INTEGER NOT NULL,
  PRIMARY KEY (trace_key, item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX departures_by_item ON departures (item_key);

CREATE TABLE kinds (
  kind_key INTEGER PRIMARY KEY,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  waste INTEGER NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  agent TEXT NOT NULL,
  unpriced_reasons TEXT NOT NULL,
  unattributed_reason TEXT NOT NULL,
  UNIQUE (category, status, waste, provider, model, agent, unpriced_reasons, unattributed_reason)
) STRICT;

CREATE TABLE versions (
  version_key INTEGER PRIMARY KEY,
  trace_key INTEGER NOT NULL GENERATED ALWAYS AS (version_key >> ${versionBits}) VIRTUAL,
  entry_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  item_key INTEGER,
  kind_key INTEGER NOT NULL,
  amount_whole INTEGER NOT NULL,
  amount_pico INTEGER NOT NULL,
  low_whole INTEGER,
  low_pico INTEGER,
  high_whole INTEGER,
  high_pico INTEGER,
  usage_at_ns INTEGER NOT NULL,
  recorded_at_ns INTEGER NOT NULL,
  voided_at_ns INTEGER,
  decision_key INTEGER,
  decision TEXT,
  fact_key INTEGER,
  call_hash INTEGER,
  handoff_hash INTEGER,
  fact BLOB
) STRICT;
CREATE UNIQUE INDEX versions_by_entry ON versions (trace_key, entry_id, version);
CREATE INDEX versions_by_call ON versions (trace_key, call_hash) WHERE call_hash IS NOT NULL;
CREATE INDEX versions_by_handoff ON versions (trace_key, handoff_hash) WHERE handoff_hash IS NOT NULL;


CREATE VIEW entries AS
SELECT versions.version_key AS entry_key, versions.trace_key, lower(hex(versions.entry_id)) AS entry_id, versions.version,
  iif(versions.voided_at_ns IS NULL, 'live', 'void') AS state, versions.item_key,
  coalesce(versions.decision, decided.decision) AS decision, coalesce(versions.fact, told.fact) AS fact,
  coalesce(versions.fact_key, versions.version_key) AS fact_key,
  nullif(unattributed_reason, '') AS unattributed_reason, nullif(unpriced_reasons, '') AS unpriced_reasons,
  category, status, waste, versions.amount_whole, versions.amount_pico,
  coalesce(versions.low_whole, versions.amount_whole) AS low_whole, coalesce(versions.low_pico, versions.amount_pico) AS low_pico,
  coalesce(versions.high_whole, versions.amount_whole) AS high_whole,
  coalesce(versions.high_pico, versions.amount_pico) AS high_pico,
  versions.usage_at_ns, versions.recorded_at_ns, versions.voided_at_ns, provider, model, nullif(agent, '') AS agent
FROM versions JOIN kinds USING (kind_key)
  LEFT JOIN versions AS decided ON decided.version_key = versions.decision_key
  LEFT JOIN versions AS told ON told.version_key = versions.fact_key;

CREATE TABLE outgoing (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  trace_key INTEGER NOT NULL,
  entry_key INTEGER UNIQUE,
  item_key INTEGER,
  audit_key INTEGER,
  UNIQUE (trace_key, item_key)
) STRICT;
CREATE UNIQUE INDEX outgoing_by_audit ON outgoing (audit_key) WHERE audit_key IS NOT NULL;

CREATE TABLE audit (
  audit_key INTEGER PRIMARY KEY,
  trace_key INTEGER NOT NULL,
  span_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  span_end_ns INTEGER NOT NULL,
  at_ns INTEGER NOT NULL,
  name TEXT NOT NULL,
  item_type TEXT,
  item_id TEXT,
  body TEXT NOT NULL,
  UNIQUE (trace_key, span_id, number)
) STRICT;

CREATE TABLE claims (
  tenant TEXT NOT NULL,
  claim_key TEXT NOT NULL,
  digest TEXT NOT NULL,
  at_ns INTEGER NOT NULL,
  PRIMARY KEY (tenant, claim_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_time ON claims (at_ns);

CREATE TABLE received_sightings (
  trace_key INTEGER NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  emitter TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'void')),
  body TEXT NOT NULL,
  PRIMARY KEY (trace_key, type, id, emitter)
) STRICT, WITHOUT ROWID;

CREATE TABLE pruned_sums (
  type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  agent TEXT NOT NULL,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  waste INTEGER NOT NULL,
  unpriced_reasons TEXT NOT NULL,
  entries INTEGER NOT NULL,
  amount_whole INTEGER NOT NULL,
  amount_pico INTEGER NOT NULL,
  PRIMARY KEY (type, outcome, agent, category, status, waste, unpriced_reasons)
) STRICT, WITHOUT ROWID;

CREATE TABLE closings (
  type TEXT NOT NULL,
  outcome TEXT NOT NULL,
  bucket INTEGER NOT NULL,
  items INTEGER NOT NULL,
  total_whole INTEGER NOT NULL,
  total_pico INTEGER NOT NULL,
  PRIMARY KEY (type, outcome, bucket)
) STRICT, WITHOUT ROWID;
`,
  },
];
