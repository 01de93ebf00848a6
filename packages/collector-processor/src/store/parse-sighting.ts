import type { Claim } from '@costspan/ledger';
import { z } from 'zod';
import type { SentSighting } from './received-events.ts';
import { hex, name, nanoseconds, parseReceived, sequence } from './received-fields.ts';

/** Reads what `costspan.sighting.json` says. */
export function parseSighting(text: string): ReturnType<typeof parseReceived<SentSighting>> {
  return parseReceived(text, sentSighting);
}

const claim = z
  .object({ value: name, at_ns: nanoseconds, trace_id: hex(32), span_id: hex(16) })
  .transform(({ value, at_ns: atNs, trace_id: traceId, span_id: spanId }): Claim => ({ value, atNs, traceId, spanId }));

const sentSighting: z.ZodType<SentSighting> = z
  .object({
    emitter: z.uuid(),
    trace_id: hex(32),
    sequence,
    state: z.enum(['live', 'void']),
    tenant: name,
    type: name,
    id: name.min(1),
    first_ns: nanoseconds,
    last_ns: nanoseconds,
    outcome: claim.optional(),
    parent_id: claim.optional(),
    dimensions: z.record(name, claim),
  })
  .transform(
    ({ emitter, trace_id: traceId, sequence: place, state, tenant, type, id, ...said }): SentSighting => ({
      ...{ emitter, traceId, sequence: place, state },
      sighting: {
        item: { tenant, type, id },
        firstNs: said.first_ns,
        lastNs: said.last_ns,
        ...(said.outcome === undefined ? {} : { outcome: said.outcome }),
        ...(said.parent_id === undefined ? {} : { parentId: said.parent_id }),
        // Sorted: equal sightings have equal text wherever they come from.
        dimensions: Object.fromEntries(Object.entries(said.dimensions).sort(([one], [other]) => (one < other ? -1 : 1))),
      },
    }),
  );
