import type { DecidedEntry, Entry } from '@costspan/ledger';
import { attoToPico, decimalToAtto, parseDecimal, parsePico, type ReceiptLine } from '@costspan/pricing';
import { CATEGORIES, STATUSES } from '@costspan/semconv';
import { z } from 'zod';
import { receivedLinesMax } from './limits.ts';
import { hex, name, nanoseconds, parseReceived } from './received-fields.ts';

/** Reads an entry as docs/reference/entry.md describes it. Fields that a later version may add are left out. */
export function parseEntry(text: string): ReturnType<typeof parseReceived<Entry>> {
  const read = parseReceived(text, entrySchema);
  if (read.kind === 'invalid') return read;
  const problem = contradictionIn(read.value);
  return problem === undefined ? read : { kind: 'invalid', problem };
}

/** What of an entry that reads well cannot be: its amount has to be what its lines make. */
function contradictionIn({ status, amountPico, lowPico, highPico, lines }: DecidedEntry): string | undefined {
  let atto = 0n;
  for (const { cost } of lines) {
    const decimal = cost === undefined ? undefined : parseDecimal(cost);
    if (decimal !== undefined) atto += decimalToAtto(decimal);
  }
  if (attoToPico(atto) !== amountPico) return 'amount: expected the sum of the lines';
  if ((status === 'aggregate' || status === 'duplicate') && (amountPico !== 0n || lowPico !== 0n || highPico !== 0n))
    return `amount: expected none, an entry that is ${status} costs nothing`;
  return undefined;
}

const decimal = z
  .string()
  .max(64)
  .refine((text) => parseDecimal(text) !== undefined, { error: 'expected decimal text' });
const pico = decimal.transform((text, context): bigint => {
  const amountPico = parsePico(text);
  if (amountPico !== undefined) return amountPico;
  context.issues.push({ code: 'custom', input: text, message: 'expected decimal text of at most 12 decimals' });
  return z.NEVER;
});
const currency = z.string().regex(/^[A-Z]{3}$/, { error: 'expected an ISO 4217 code' });
const milliseconds = z.number().int().min(0);

const line = z
  .object({
    unit: name,
    quantity: decimal,
    price_id: name.optional(),
    amount: decimal.optional(),
    per: decimal.optional(),
    factor: decimal.optional(),
    cost: decimal.optional(),
    low: decimal.optional(),
    high: decimal.optional(),
    status: z.enum(STATUSES).exclude(['aggregate', 'duplicate']),
    reason: name.optional(),
    layer: name.optional(),
    kind: z.literal('discount').optional(),
    measured: decimal.optional(),
    native: z
      .object({ currency, cost: decimal, rate: decimal, rate_date: name, rate_source: name })
      .transform(({ rate_date: rateDate, rate_source: rateSource, ...rest }) => ({ ...rest, rateDate, rateSource }))
      .optional(),
  })
  .transform(({ price_id: priceId, ...rest }): ReceiptLine => given({ ...rest, priceId }));

const lines = z.array(line).max(receivedLinesMax);

const human = z
  .object({
    role: name,
    touch_ms: milliseconds.optional(),
    wait_ms: milliseconds.optional(),
    decision: name.optional(),
    handoff_id: name.optional(),
    expires_at_ms: milliseconds.optional(),
  })
  .transform(({ role, decision, touch_ms: touchMs, wait_ms: waitMs, handoff_id: handoffId, expires_at_ms: expiresAtMs }) =>
    given({ role, touchMs, waitMs, decision, handoffId, expiresAtMs }),
  );

const compared = z
  .object({
    kind: z.enum(['calculated', 'reported', 'list_price']),
    status: z.enum(STATUSES).exclude(['aggregate', 'duplicate']),
    complete: z.boolean(),
    amount: decimal,
    difference: decimal.optional(),
    lines,
  })
  .transform((each) => given(each));

const entrySchema: z.ZodType<Entry> = z
  .object({
    id: hex(32),
    version: z.number().int().min(1),
    state: z.enum(['live', 'void']),
    tenant: name,
    item: z.object({ type: name, id: name.min(1) }).optional(),
    item_source: z.enum(['span', 'resource', 'id_from', 'ancestor', 'trace']).optional(),
    unattributed_reason: name.optional(),
    category: z.enum(CATEGORIES),
    currency,
    amount: pico.optional(),
    low: pico,
    high: pico,
    waste: z.boolean(),
    status: z.enum(STATUSES),
    source: z.enum(['price_book', 'provider', 'declared']),
    reasons: z.array(name).max(receivedLinesMax),
    service_tier: name.optional(),
    region: name.optional(),
    repriced: z.object({ count: z.number().int().min(1), reason: name }).optional(),
    usage: z.record(name, z.union([z.number().int().min(0), decimal])),
    lines,
    price_ids: z.array(name).max(receivedLinesMax),
    compared: compared.optional(),
    book: z.object({ version: name, sha256: name }),
    normalizer: name,
    usage_at_ns: nanoseconds,
    end_ns: nanoseconds,
    recorded_at_ns: nanoseconds,
    trace_id: hex(32),
    span_id: hex(16),
    span_name: name,
    role: z.enum(['call', 'attempt', 'handoff', 'tool', 'aggregate', 'telemetry']),
    scope_name: name,
    call_id: name.optional(),
    duplicate_of: hex(32).optional(),
    late: z.literal(true).optional(),
    attempt: z.object({ number: z.number().int().min(1), billable: z.enum(['yes', 'no', 'possible']) }).optional(),
    provider: name,
    model: name,
    agent: name.optional(),
    dimensions: z.record(name, name),
    request_id: name.optional(),
    api_key_fingerprint: name.optional(),
    human: human.optional(),
    emitter: z.uuid(),
  })
  .transform(
    (read): Entry =>
      given({
        id: read.id,
        version: read.version,
        state: read.state,
        tenant: read.tenant,
        item: read.item && { tenant: read.tenant, ...read.item },
        itemSource: read.item_source,
        unattributedReason: read.unattributed_reason,
        category: read.category,
        currency: read.currency,
        amountPico: read.amount ?? 0n,
        lowPico: read.low,
        highPico: read.high,
        waste: read.waste,
        status: read.status,
        source: read.source,
        reasons: read.reasons,
        usage: read.usage,
        serviceTier: read.service_tier,
        region: read.region,
        repriced: read.repriced,
        lines: read.lines,
        compared: read.compared,
        priceIds: read.price_ids,
        book: read.book,
        normalizer: read.normalizer,
        usageAtNs: read.usage_at_ns,
        endNs: read.end_ns,
        recordedAtNs: read.recorded_at_ns,
        traceId: read.trace_id,
        spanId: read.span_id,
        spanName: read.span_name,
        role: read.role,
        scopeName: read.scope_name,
        callId: read.call_id,
        duplicateOf: read.duplicate_of,
        late: read.late,
        attempt: read.attempt,
        provider: read.provider,
        model: read.model,
        agent: read.agent,
        dimensions: read.dimensions,
        requestId: read.request_id,
        apiKeyFingerprint: read.api_key_fingerprint,
        human: read.human,
        emitter: read.emitter,
      }),
  );

type Given<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** The fields that were given: absent ones are left out, not undefined. */
function given<Fields extends object>(fields: Fields): Given<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>;
}
