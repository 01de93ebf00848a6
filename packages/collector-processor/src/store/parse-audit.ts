import { z } from 'zod';
import { receivedAttributesMax, receivedSpanEventsMax, receivedTextMax } from './limits.ts';
import type { SentAudit } from './received-events.ts';
import { hex, name, nanoseconds, parseReceived } from './received-fields.ts';

/** Reads what `costspan.audit.json` says. */
export function parseAudit(text: string): ReturnType<typeof parseReceived<SentAudit>> {
  return parseReceived(text, sentAudit);
}

const prefix = 'costspan.';

const attributes = z
  .record(z.string(), name)
  .refine((given) => Object.keys(given).every((key) => key.startsWith(prefix) && key.length <= receivedTextMax), {
    error: `expected keys that begin with ${prefix} and have at most ${receivedTextMax} characters`,
  })
  .refine((given) => Object.keys(given).length <= receivedAttributesMax, {
    error: `expected at most ${receivedAttributesMax} attributes`,
  })
  // Sorted: equal decisions have equal text wherever they come from.
  .transform((given) => Object.fromEntries(Object.entries(given).sort(([one], [other]) => (one < other ? -1 : 1))));

const sentAudit: z.ZodType<SentAudit> = z
  .object({
    tenant: name,
    trace_id: hex(32),
    span_id: hex(16),
    number: z
      .number()
      .int()
      .min(0)
      .max(receivedSpanEventsMax - 1),
    span_end_ns: nanoseconds,
    type: name.optional(),
    id: name.min(1).optional(),
    name: name.startsWith(prefix, { error: `expected a name that begins with ${prefix}` }),
    at_ns: nanoseconds,
    attributes,
  })
  .refine(({ type, id }) => (type === undefined) === (id === undefined), { error: 'expected type and id, or neither' })
  .transform(
    ({ tenant, trace_id: traceId, span_id: spanId, number, type, id, ...told }): SentAudit => ({
      ...{ tenant, traceId, spanId, number, spanEndNs: told.span_end_ns },
      ...(type === undefined || id === undefined ? {} : { item: { type, id } }),
      event: { name: told.name, atNs: told.at_ns, attributes: told.attributes },
    }),
  );
