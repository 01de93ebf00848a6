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
  context BLOB,
  UNIQUE (tenant, trace_id)
) STRICT;
CREATE INDEX traces_by_activity ON traces (state, active_at_ns);

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

CREATE TABLE facts (
  fact_key INTEGER PRIMARY KEY,
  trace_key INTEGER NOT NULL,
  call_hash INTEGER,
  handoff_hash INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX facts_by_call ON facts (trace_key, call_hash);
CREATE INDEX facts_by_handoff ON facts (trace_key, handoff_hash) WHERE handoff_hash IS NOT NULL;

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

CREATE TABLE contributions (
  trace_key INTEGER NOT NULL,
  item_key INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (trace_key, item_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX contributions_by_item ON contributions (item_key);

CREATE TABLE entries (
  entry_key INTEGER PRIMARY KEY,
  trace_key INTEGER NOT NULL,
  entry_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'void')),
  fact_key INTEGER NOT NULL,
  item_key INTEGER,
  decision TEXT NOT NULL,
  unattributed_reason TEXT,
  unpriced_reasons TEXT,
  category TEXT NOT NULL,
  status TEXT NOT NULL,
  waste INTEGER NOT NULL,
  amount_whole INTEGER NOT NULL,
  amount_pico INTEGER NOT NULL,
  low_whole INTEGER NOT NULL,
  low_pico INTEGER NOT NULL,
  high_whole INTEGER NOT NULL,
  high_pico INTEGER NOT NULL,
  usage_at_ns INTEGER NOT NULL,
  recorded_at_ns INTEGER NOT NULL,
  voided_at_ns INTEGER,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  agent TEXT,
  UNIQUE (trace_key, entry_id, version)
) STRICT;
CREATE INDEX entries_by_item ON entries (item_key, usage_at_ns);
CREATE INDEX entries_unpriced ON entries (usage_at_ns) WHERE state = 'live' AND unpriced_reasons IS NOT NULL;
CREATE INDEX entries_unattributed ON entries (usage_at_ns) WHERE state = 'live' AND unattributed_reason IS NOT NULL;

CREATE TABLE outgoing (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  trace_key INTEGER NOT NULL,
  entry_key INTEGER UNIQUE,
  item_key INTEGER,
  UNIQUE (trace_key, item_key)
) STRICT;

CREATE TABLE audit (
  trace_key INTEGER NOT NULL,
  span_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  at_ns INTEGER NOT NULL,
  name TEXT NOT NULL,
  item_type TEXT,
  item_id TEXT,
  body TEXT NOT NULL,
  PRIMARY KEY (trace_key, span_id, number)
) STRICT, WITHOUT ROWID;

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
