import type { CostFact, Observation, SpanFact } from '@costspan/ledger';
import type { ComparedCost, Receipt, ReceiptLine } from '@costspan/pricing';
import { billables, entryIdBytes, hasPart, lineHas } from './cost-fact-fields.ts';
import { type FactReader, openRecord, readHex, readInstant, readNumber, readText, readWord } from './fact-reader.ts';
import { readPico } from './pico.ts';
import { putOwn } from './put-own.ts';
import { readSaid, type Said } from './said.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** The fact in the record that starts at `start`, as `writeCostFact` wrote it. */
export function readCostFact(bytes: Uint8Array, start: number, words: readonly string[]): CostFact {
  const reader = openRecord(bytes, start, words);
  const traceId = readHex(reader, 16);
  const spanId = readHex(reader, 8);
  const parentSpanId = readParent(reader);
  const startNs = readInstant(reader);
  const endNs = readInstant(reader);
  const entryId = readHex(reader, entryIdBytes);
  const parts = readNumber(reader);
  const tenant = readWord(reader);
  const said = sized(readSaid(reader), reader);
  const name = readText(reader);
  const observation = readObservation(reader, entryId, parts);
  return { tenant, ...said, traceId, spanId, parentSpanId, name, startNs, endNs, observation };
}

/** What was said, with how many bytes of telemetry the span is where its prices are said. */
export function sized(said: Said, reader: FactReader): Omit<Said, 'telemetryPrices'> & Pick<SpanFact, 'telemetry'> {
  // Copying it costs more than the rest of a fact, and mostly nobody asks.
  if (said.telemetryPrices === undefined) return said;
  const { telemetryPrices: prices, ...rest } = said;
  return { ...rest, telemetry: { bytes: readNumber(reader), prices } };
}

/** Sixteen hex digits; '' for zeros, which stand for no parent. */
export function readParent(reader: FactReader): SpanFact['parentSpanId'] {
  const { bytes, at } = reader;
  if (bytes.readInt32LE(at) === 0 && bytes.readInt32LE(at + 4) === 0) {
    reader.at += 8;
    return '';
  }
  return readHex(reader, 8);
}

/** How much of a receipt is read. */
export type ReadReceipt = (reader: FactReader, parts: number) => Receipt;

/** The next observation up to its agent: what follows is for people, or rare. */
export function openObservation(
  reader: FactReader,
  entryId: string,
  { parts, readReceipt }: { readonly parts: number; readonly readReceipt: ReadReceipt },
): Mutable<Observation> {
  const observation: Mutable<Observation> = {
    entryId,
    scopeName: readWord(reader),
    scopeVersion: readWord(reader),
    dialect: readWord(reader),
    role: readWord(reader) as Observation['role'],
    category: readWord(reader) as Observation['category'],
    provider: readWord(reader),
    model: readWord(reader),
    usage: readUsage(reader),
    receipt: readReceipt(reader, parts),
    waste: (parts & hasPart.waste) !== 0,
  };
  if ((parts & hasPart.callId) !== 0) observation.callId = readText(reader);
  if ((parts & hasPart.attempt) !== 0) {
    observation.attempt = { number: readNumber(reader), billable: billables[readNumber(reader)] ?? 'yes' };
  }
  if ((parts & hasPart.agent) !== 0) observation.agent = readText(reader);
  return observation;
}

function readObservation(reader: FactReader, entryId: string, parts: number): Observation {
  const observation = openObservation(reader, entryId, { parts, readReceipt });
  if ((parts & hasPart.requestId) !== 0) observation.requestId = readText(reader);
  if ((parts & hasPart.apiKeyFingerprint) !== 0) observation.apiKeyFingerprint = readText(reader);
  if ((parts & hasPart.human) !== 0) observation.human = readHuman(reader);
  if ((parts & hasPart.serviceTier) !== 0) observation.serviceTier = readWord(reader);
  if ((parts & hasPart.region) !== 0) observation.region = readWord(reader);
  if ((parts & hasPart.repriced) !== 0) observation.repriced = { count: readNumber(reader), reason: readText(reader) };
  return observation;
}

function readUsage(reader: FactReader): Observation['usage'] {
  const usage: Record<string, number | string> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const unit = readWord(reader);
    const kind = readNumber(reader);
    putOwn(usage, unit, kind === 0 ? readNumber(reader) : kind === 1 ? readText(reader) : Number(readText(reader)));
  }
  return usage;
}

function readReceipt(reader: FactReader, parts: number): Receipt {
  const status = readWord(reader) as Receipt['status'];
  const source = readWord(reader) as Receipt['source'];
  const currency = readWord(reader);
  const amount = readText(reader);
  const amountPico = readPico(reader);
  const isRange = (parts & hasPart.bounds) !== 0;
  const lowPico = isRange ? readPico(reader) : amountPico;
  const highPico = isRange ? readPico(reader) : amountPico;
  const lines = readLines(reader);
  const compared = (parts & hasPart.compared) === 0 ? undefined : readCompared(reader);
  const reasons: string[] = [];
  for (let left = readNumber(reader); left > 0; left -= 1) reasons.push(readWord(reader));
  const book = { version: readWord(reader), sha256: readWord(reader) };
  const receipt = { status, complete: (parts & hasPart.complete) !== 0, source, currency, amount, amountPico, lowPico, highPico };
  return compared === undefined ? { ...receipt, lines, reasons, book } : { ...receipt, lines, compared, reasons, book };
}

/** The next lines of a receipt. */
export function readLines(reader: FactReader): readonly ReceiptLine[] {
  const lines: ReceiptLine[] = [];
  for (let left = readNumber(reader); left > 0; left -= 1) lines.push(readLine(reader));
  return lines;
}

function readLine(reader: FactReader): ReceiptLine {
  const parts = readNumber(reader);
  const unit = readWord(reader);
  const status = readWord(reader) as ReceiptLine['status'];
  const line: Mutable<ReceiptLine> = { unit, quantity: readText(reader), status };
  if ((parts & lineHas.priceId) !== 0) line.priceId = readWord(reader);
  if ((parts & lineHas.amount) !== 0) line.amount = readWord(reader);
  if ((parts & lineHas.per) !== 0) line.per = readWord(reader);
  if ((parts & lineHas.factor) !== 0) line.factor = readWord(reader);
  if ((parts & lineHas.cost) !== 0) line.cost = readText(reader);
  if ((parts & lineHas.low) !== 0) line.low = readText(reader);
  if ((parts & lineHas.high) !== 0) line.high = readText(reader);
  if ((parts & lineHas.reason) !== 0) line.reason = readWord(reader);
  if ((parts & lineHas.layer) !== 0) line.layer = readWord(reader);
  if ((parts & lineHas.discount) !== 0) line.kind = 'discount';
  if ((parts & lineHas.measured) !== 0) line.measured = readText(reader);
  if ((parts & lineHas.native) !== 0) {
    const cost = readText(reader);
    line.native = {
      currency: readWord(reader),
      cost,
      rate: readWord(reader),
      rateDate: readWord(reader),
      rateSource: readWord(reader),
    };
  }
  return line;
}

function readCompared(reader: FactReader): ComparedCost {
  const kind = readWord(reader) as ComparedCost['kind'];
  const status = readWord(reader) as ComparedCost['status'];
  const complete = readNumber(reader) === 1;
  const hasDifference = readNumber(reader) === 1;
  const amount = readText(reader);
  const difference = hasDifference ? { difference: readText(reader) } : undefined;
  return { kind, status, complete, amount, ...difference, lines: readLines(reader) };
}

/** The next human part. */
export function readHuman(reader: FactReader): NonNullable<Observation['human']> {
  const parts = readNumber(reader);
  const human: Mutable<NonNullable<Observation['human']>> = { role: readText(reader) };
  if ((parts & 1) !== 0) human.touchMs = Number(readText(reader));
  if ((parts & 2) !== 0) human.waitMs = Number(readText(reader));
  if ((parts & 4) !== 0) human.decision = readText(reader);
  if ((parts & 8) !== 0) human.handoffId = readText(reader);
  if ((parts & 16) !== 0) human.expiresAtMs = Number(readText(reader));
  return human;
}
