import { strict as assert } from 'node:assert';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditEvent, ItemKey } from '@costspan/ledger';
import type { IncomingTrace } from './incoming.ts';
import type { SentAudit } from './received-events.ts';
import { traceIdOf } from './received-trace.ts';
import { prepare } from './sql.ts';

/** What was decided for a work item, and where. */
export type AuditedEvent = AuditEvent & { readonly traceId: string; readonly spanId: string };

/** The decisions of traces, a row for each event of a span. */
export type AuditRows = {
  /** Keeps the decisions of a trace. A span that comes again says the same, and nothing is written. */
  readonly keep: (traceKey: bigint, trace: IncomingTrace) => void;
  /** Keeps a decision that another ledger sent. Returns whether it is news. */
  readonly take: (traceKey: bigint, sent: Omit<SentAudit, 'tenant' | 'traceId'>) => boolean;
};

/** Whether spans of a trace carry decisions to keep. */
export function hasAudit({ facts }: IncomingTrace): boolean {
  return facts.some(({ fact }) => fact.events !== undefined);
}

/** Prepares keeping decisions. Of two that are told of one place the greater is kept, whichever comes first. */
export function prepareAuditRows(database: DatabaseSync): AuditRows {
  const write = prepare(
    database,
    `INSERT INTO audit (trace_key, span_id, number, span_end_ns, at_ns, name, item_type, item_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (trace_key, span_id, number) DO UPDATE SET span_end_ns = excluded.span_end_ns, at_ns = excluded.at_ns,
       name = excluded.name, item_type = excluded.item_type, item_id = excluded.item_id, body = excluded.body
     WHERE (excluded.span_end_ns, excluded.at_ns, excluded.name, ifnull(excluded.item_type, ''), ifnull(excluded.item_id, ''), excluded.body)
       > (span_end_ns, at_ns, name, ifnull(item_type, ''), ifnull(item_id, ''), body)`,
  );
  const take: AuditRows['take'] = (traceKey, { spanId, number, spanEndNs, item, event }) => {
    const { type = null, id = null } = item ?? {};
    const { atNs, name, attributes } = event;
    return write.changes(traceKey, spanId, number, spanEndNs, atNs, name, type, id, JSON.stringify(attributes));
  };
  return {
    take,
    keep: (traceKey, { facts }) => {
      for (const { fact } of facts) {
        const { spanId, endNs: spanEndNs, item } = fact;
        for (const [number, event] of (fact.events ?? []).entries()) {
          take(traceKey, { spanId, number, spanEndNs, event, ...(item === undefined ? {} : { item }) });
        }
      }
    },
  };
}

/** Prepares reading a decision that has to be sent to another ledger, by its key. */
export function prepareSentAudit(database: DatabaseSync): (auditKey: bigint) => SentAudit {
  const byKey = prepare<AuditRow & SentRow>(
    database,
    `SELECT tenant, trace_id, span_id, number, span_end_ns, at_ns, name, item_type, item_id, body
     FROM audit JOIN traces USING (trace_key) WHERE audit_key = ?`,
  );
  return (auditKey) => {
    const row = byKey.one(auditKey);
    assert(row !== undefined, `ledger: the decision ${auditKey} that waits to be sent is not there`);
    const { tenant, number, span_end_ns: spanEndNs, item_type: type, item_id: id } = row;
    const { traceId, spanId, ...event } = auditedEvent(row);
    return {
      ...{ tenant, traceId, spanId, number: Number(number), spanEndNs },
      ...(type === null || id === null ? {} : { item: { type, id } }),
      event,
    };
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
     ) ORDER BY audit.at_ns, traces.trace_id, audit.span_id, audit.number`,
  );
  return ({ tenant, type, id }) => ofItem.all(tenant, type, id).map(auditedEvent);
}

function auditedEvent({ trace_id: name, span_id: spanId, at_ns: atNs, ...row }: AuditRow): AuditedEvent {
  return { traceId: traceIdOf(name), spanId, atNs, name: row.name, attributes: JSON.parse(row.body) };
}

type AuditRow = {
  readonly trace_id: string;
  readonly span_id: string;
  readonly at_ns: bigint;
  readonly name: string;
  readonly body: string;
};

type SentRow = {
  readonly tenant: string;
  readonly number: bigint;
  readonly span_end_ns: bigint;
  readonly item_type: string | null;
  readonly item_id: string | null;
};
