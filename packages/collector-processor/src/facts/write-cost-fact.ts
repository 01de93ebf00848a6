import type { CostFact, Observation, SpanFact } from '@costspan/ledger';
import type { ComparedCost, Receipt, ReceiptLine } from '@costspan/pricing';
import { reserve, writeRaw, writeText, writeVarint } from '../otlp/writer.ts';
import { billables, entryIdBytes, hasPart, lineHas, placeBytes } from './cost-fact-fields.ts';
import { writeEntryId } from './entry-id.ts';
import { type FactWriter, writeWord } from './fact-writer.ts';
import { writePico } from './pico.ts';
import { writeSaid } from './said.ts';

/**
 * Writes a cost-bearing fact. `place` is where the span stands, trace id, span id, parent's id, start and end as on the wire.
 *
 *      0 place, 48 bytes · 48 entry id, 16 bytes · which parts there are varint · tenant word · what is said of the item ·
 *     bytes of telemetry varint where its prices are said · name text · scope name and version words · dialect, role, category, provider, model words · usage · receipt ·
 *     call id text · attempt: number, billable varints · agent, request id, key fingerprint texts · human ·
 *     service tier, region words · repriced: count varint, reason text
 */
export function writeCostFact(writer: FactWriter, place: Uint8Array, fact: FactInPlace): void {
  const { body } = writer;
  const { observation } = fact;
  writeRaw(body, place);
  if (observation.entryId === undefined) writeEntryId(body, place, fact.tenant);
  else {
    reserve(body, entryIdBytes);
    body.length += body.bytes.write(observation.entryId, body.length, entryIdBytes, 'hex');
  }
  writeVarint(body, partsOf(observation));
  writeWord(writer, fact.tenant);
  if (fact.telemetry === undefined) writeSaid(writer, fact);
  else {
    writeSaid(writer, { ...fact, telemetryPrices: fact.telemetry.prices });
    writeVarint(body, fact.telemetry.bytes);
  }
  writeText(body, fact.name);
  writeWord(writer, observation.scopeName);
  writeWord(writer, observation.scopeVersion);
  writeWord(writer, observation.dialect);
  writeWord(writer, observation.role);
  writeWord(writer, observation.category);
  writeWord(writer, observation.provider);
  writeWord(writer, observation.model);
  writeUsage(writer, observation.usage);
  writeReceipt(writer, observation.receipt);
  if (observation.callId !== undefined) writeText(body, observation.callId);
  if (observation.attempt !== undefined) {
    writeVarint(body, observation.attempt.number);
    writeVarint(body, billables.indexOf(observation.attempt.billable));
  }
  if (observation.agent !== undefined) writeText(body, observation.agent);
  if (observation.requestId !== undefined) writeText(body, observation.requestId);
  if (observation.apiKeyFingerprint !== undefined) writeText(body, observation.apiKeyFingerprint);
  if (observation.human !== undefined) writeHuman(writer, observation.human);
  if (observation.serviceTier !== undefined) writeWord(writer, observation.serviceTier);
  if (observation.region !== undefined) writeWord(writer, observation.region);
  if (observation.repriced !== undefined) {
    writeVarint(body, observation.repriced.count);
    writeText(body, observation.repriced.reason);
  }
}

/** A cost-bearing fact without what its place says. Where the id of its entry is absent, it follows from the place. */
export type FactInPlace = Omit<CostFact, 'traceId' | 'spanId' | 'parentSpanId' | 'startNs' | 'endNs' | 'observation'> & {
  readonly observation: Omit<Observation, 'entryId'> & { readonly entryId?: string };
};

/** Where a span stands, from a fact, trace id, span id, parent's id, start and end as on the wire. */
export function copyPlaceOf(fact: SpanFact, target: Buffer, offset: number): void {
  target.fill(0, offset, offset + placeBytes);
  target.write(fact.traceId, offset, 16, 'hex');
  target.write(fact.spanId, offset + 16, 8, 'hex');
  target.write(fact.parentSpanId, offset + 24, 8, 'hex');
  target.writeBigUInt64LE(fact.startNs, offset + 32);
  target.writeBigUInt64LE(fact.endNs, offset + 40);
}

function partsOf(observation: FactInPlace['observation']): number {
  const { callId, attempt, agent, requestId, apiKeyFingerprint, human, waste, receipt } = observation;
  const { amountPico } = receipt;
  return (
    (callId === undefined ? 0 : hasPart.callId) |
    (attempt === undefined ? 0 : hasPart.attempt) |
    (agent === undefined ? 0 : hasPart.agent) |
    (requestId === undefined ? 0 : hasPart.requestId) |
    (apiKeyFingerprint === undefined ? 0 : hasPart.apiKeyFingerprint) |
    (human === undefined ? 0 : hasPart.human) |
    (observation.serviceTier === undefined ? 0 : hasPart.serviceTier) |
    (observation.region === undefined ? 0 : hasPart.region) |
    (observation.repriced === undefined ? 0 : hasPart.repriced) |
    (waste ? hasPart.waste : 0) |
    (receipt.complete ? hasPart.complete : 0) |
    (receipt.compared === undefined ? 0 : hasPart.compared) |
    (receipt.lowPico === amountPico && receipt.highPico === amountPico ? 0 : hasPart.bounds)
  );
}

/** Usage: count varint, then unit word and quantity each. Quantity: 0 and a varint, 1 and decimal text, 2 and a number as text. */
function writeUsage(writer: FactWriter, usage: Observation['usage']): void {
  const { body } = writer;
  let count = 0;
  for (const _unit in usage) count += 1;
  writeVarint(body, count);
  for (const unit in usage) {
    const quantity = usage[unit];
    writeWord(writer, unit);
    if (typeof quantity === 'number' && Number.isSafeInteger(quantity) && quantity >= 0) {
      writeVarint(body, 0);
      writeVarint(body, quantity);
    } else {
      writeVarint(body, typeof quantity === 'number' ? 2 : 1);
      writeText(body, String(quantity ?? ''));
    }
  }
}

/**
 *     status, source, currency words · amount text · amount in pico, low and high where they differ · lines ·
 *     compared cost · reasons: count varint, words · book version and digest words
 */
function writeReceipt(writer: FactWriter, receipt: Receipt): void {
  const { body } = writer;
  writeWord(writer, receipt.status);
  writeWord(writer, receipt.source);
  writeWord(writer, receipt.currency);
  writeText(body, receipt.amount);
  writePico(body, receipt.amountPico);
  if (receipt.lowPico !== receipt.amountPico || receipt.highPico !== receipt.amountPico) {
    writePico(body, receipt.lowPico);
    writePico(body, receipt.highPico);
  }
  writeLines(writer, receipt.lines);
  if (receipt.compared !== undefined) writeCompared(writer, receipt.compared);
  writeVarint(body, receipt.reasons.length);
  for (const reason of receipt.reasons) writeWord(writer, reason);
  writeWord(writer, receipt.book.version);
  writeWord(writer, receipt.book.sha256);
}

function writeLines(writer: FactWriter, lines: readonly ReceiptLine[]): void {
  writeVarint(writer.body, lines.length);
  for (const line of lines) writeLine(writer, line);
}

/** Which parts there are varint · unit, status words · quantity text · the parts in the order of {@link lineHas}. */
function writeLine(writer: FactWriter, line: ReceiptLine): void {
  const { body } = writer;
  const { native } = line;
  let parts = line.kind === undefined ? 0 : lineHas.discount;
  if (line.priceId !== undefined) parts |= lineHas.priceId;
  if (line.amount !== undefined) parts |= lineHas.amount;
  if (line.per !== undefined) parts |= lineHas.per;
  if (line.factor !== undefined) parts |= lineHas.factor;
  if (line.cost !== undefined) parts |= lineHas.cost;
  if (line.low !== undefined) parts |= lineHas.low;
  if (line.high !== undefined) parts |= lineHas.high;
  if (line.reason !== undefined) parts |= lineHas.reason;
  if (line.layer !== undefined) parts |= lineHas.layer;
  if (line.measured !== undefined) parts |= lineHas.measured;
  if (native !== undefined) parts |= lineHas.native;
  writeVarint(body, parts);
  writeWord(writer, line.unit);
  writeWord(writer, line.status);
  writeText(body, line.quantity);
  if (line.priceId !== undefined) writeWord(writer, line.priceId);
  if (line.amount !== undefined) writeWord(writer, line.amount);
  if (line.per !== undefined) writeWord(writer, line.per);
  if (line.factor !== undefined) writeWord(writer, line.factor);
  if (line.cost !== undefined) writeText(body, line.cost);
  if (line.low !== undefined) writeText(body, line.low);
  if (line.high !== undefined) writeText(body, line.high);
  if (line.reason !== undefined) writeWord(writer, line.reason);
  if (line.layer !== undefined) writeWord(writer, line.layer);
  if (line.measured !== undefined) writeText(body, line.measured);
  if (native === undefined) return;
  writeText(body, native.cost);
  for (const word of [native.currency, native.rate, native.rateDate, native.rateSource]) writeWord(writer, word);
}

/** Kind, status words · complete, whether there is a difference, varints · amount text · difference text · lines. */
function writeCompared(writer: FactWriter, { kind, status, complete, amount, difference, lines }: ComparedCost): void {
  const { body } = writer;
  writeWord(writer, kind);
  writeWord(writer, status);
  writeVarint(body, complete ? 1 : 0);
  writeVarint(body, difference === undefined ? 0 : 1);
  writeText(body, amount);
  if (difference !== undefined) writeText(body, difference);
  writeLines(writer, lines);
}

/** Which of touch 1, wait 2, decision 4, handoff id 8, expiry 16 there are, varint · role text · the parts: numbers as text. */
function writeHuman({ body }: FactWriter, human: NonNullable<Observation['human']>): void {
  const { role, touchMs, waitMs, decision, handoffId, expiresAtMs } = human;
  const parts = [touchMs, waitMs, decision, handoffId, expiresAtMs];
  writeVarint(
    body,
    parts.reduce<number>((sum, part, index) => (part === undefined ? sum : sum | (1 << index)), 0),
  );
  writeText(body, role);
  for (const part of parts) if (part !== undefined) writeText(body, String(part));
}
