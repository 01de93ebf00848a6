import type { DatabaseSync } from 'node:sqlite';
import type { AuditEvent, ItemKey } from '@costspan/ledger';
import type { IncomingTrace } from './incoming.ts';
import { prepare } from './sql.ts';

/** What was decided for a work item, and where. */
export type AuditedEvent = AuditEvent & { readonly traceId: string; readonly spanId: string };

/** Whether spans of a trace carry decisions to keep. */
export function hasAudit({ facts }: IncomingTrace): boolean {
  return facts.some(({ fact }) => fact.events !== undefined);
}

/** Prepares keeping the decisions of a trace. A span that comes again says the same, and nothing is written. */
export function prepareAuditRows(database: DatabaseSync): (traceKey: bigint, trace: IncomingTrace) => void {
  const add = prepare(
    database,
    `INSERT INTO audit (trace_key, span_id, number, at_ns, name, item_type, item_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  return (traceKey, { facts }) => {
    for (const { fact } of facts) {
      for (const [number, { name, atNs, attributes }] of (fact.events ?? []).entries()) {
        const { type = null, id = null } = fact.item ?? {};
        add.run(traceKey, fact.spanId, number, atNs, name, type, id, JSON.stringify(attributes));
      }
    }
  };
}

/**
 * Prepares reading what was decided for an item, by time: what its own spans say, and in a trace that knows no other item what
 * spans without one say.
 */
export function prepareAudit(database: DatabaseSync): (item: ItemKey) => readonly AuditedEvent[] {
  const ofItem = prepare<AuditRow>(
    database,
    `SELECT traces.trace_id, audit.span_id, audit.at_ns, audit.name, audit.body
     FROM items JOIN audit ON audit.trace_key IN (SELECT trace_key FROM contributions WHERE contributions.item_key = items.item_key)
       JOIN traces USING (trace_key)
     WHERE items.tenant = ? AND items.type = ? AND items.id = ? AND (
       (audit.item_type = items.type AND audit.item_id = items.id)
       OR (audit.item_id IS NULL AND (SELECT count(*) FROM contributions AS all_of_trace WHERE all_of_trace.trace_key = audit.trace_key) = 1)
     ) ORDER BY audit.at_ns, audit.span_id, audit.number`,
  );
  return ({ tenant, type, id }) =>
    ofItem.all(tenant, type, id).map((row) => ({
      traceId: row.trace_id,
      spanId: row.span_id,
      atNs: row.at_ns,
      name: row.name,
      attributes: JSON.parse(row.body),
    }));
}

type AuditRow = {
  readonly trace_id: string;
  readonly span_id: string;
  readonly at_ns: bigint;
  readonly name: string;
  readonly body: string;
};
