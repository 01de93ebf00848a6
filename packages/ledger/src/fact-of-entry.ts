import { formatPico, type Receipt } from '@costspan/pricing';
import type { CostFact, DecidedEntry, Decision } from './decision.ts';
import { isUnpriced } from './tally.ts';

/**
 * The span and the decision that make an entry again: `entryOf` is the inverse. For entries that another ledger decided. What an
 * entry no longer tells, such as the parent of its span or the receipt of a duplicate, stays unknown.
 */
export function factOfEntry(entry: DecidedEntry): { readonly fact: CostFact; readonly decision: Decision } {
  const { item, itemSource, dimensions } = entry;
  const namesItem = itemSource === 'span' || itemSource === 'resource' || itemSource === 'id_from';
  return {
    fact: {
      tenant: entry.tenant,
      traceId: entry.traceId,
      spanId: entry.spanId,
      parentSpanId: '',
      name: entry.spanName,
      startNs: entry.usageAtNs,
      endNs: entry.endNs,
      ...(item === undefined || !namesItem ? {} : { item: { type: item.type, id: item.id, source: itemSource } }),
      ...(Object.keys(dimensions).length === 0 ? {} : { dimensions }),
      observation: observationOf(entry),
    },
    decision: decisionOf(entry),
  };
}

function observationOf(entry: DecidedEntry): CostFact['observation'] {
  return {
    entryId: entry.id,
    scopeName: entry.scopeName,
    scopeVersion: '',
    dialect: entry.normalizer,
    role: entry.role,
    ...(entry.callId === undefined ? {} : { callId: entry.callId }),
    category: entry.category,
    provider: entry.provider,
    model: entry.model,
    usage: entry.usage,
    ...(entry.serviceTier === undefined ? {} : { serviceTier: entry.serviceTier }),
    ...(entry.region === undefined ? {} : { region: entry.region }),
    ...(entry.repriced === undefined ? {} : { repriced: entry.repriced }),
    receipt: receiptOf(entry),
    waste: entry.waste,
    ...(entry.attempt === undefined ? {} : { attempt: entry.attempt }),
    ...(entry.agent === undefined ? {} : { agent: entry.agent }),
    ...(entry.requestId === undefined ? {} : { requestId: entry.requestId }),
    ...(entry.apiKeyFingerprint === undefined ? {} : { apiKeyFingerprint: entry.apiKeyFingerprint }),
    ...(entry.human === undefined ? {} : { human: entry.human }),
  };
}

function receiptOf(entry: DecidedEntry): Receipt {
  const { status, source, currency, amountPico, lowPico, highPico, lines, compared, reasons, book } = entry;
  const ofReceipt = status === 'aggregate' || status === 'duplicate' ? 'non_billable' : status;
  return {
    ...{ status: ofReceipt, complete: !isUnpriced(status), source, currency, amount: formatPico(amountPico) },
    ...{ amountPico, lowPico, highPico, lines },
    ...(compared === undefined ? {} : { compared }),
    ...{ reasons, book },
  };
}

function decisionOf(entry: DecidedEntry): Decision {
  const { item, itemSource, unattributedReason, dimensions, status, duplicateOf, late, origin } = entry;
  return {
    ...(item === undefined ? {} : { item }),
    ...(itemSource === undefined ? {} : { itemSource }),
    ...(unattributedReason === undefined ? {} : { unattributedReason }),
    dimensions,
    ...(status === 'aggregate' ? { excluded: { status } } : {}),
    ...(status === 'duplicate' ? { excluded: { status, duplicateOf: duplicateOf ?? '' } } : {}),
    ...(late === undefined ? {} : { late }),
    ...(origin === undefined ? {} : { origin }),
  };
}
