import { type CostFact, isUnpriced, type Observation } from '@costspan/ledger';
import type { Receipt, ReceiptLine } from '@costspan/pricing';
import { entryIdBytes, hasPart, lineHas } from './cost-fact-fields.ts';
import { type FactReader, openRecord, readHex, readInstant, readNumber, readWord, skipText, skipWord } from './fact-reader.ts';
import { readPico } from './pico.ts';
import { openObservation, readHuman, readLines, sized } from './read-cost-fact.ts';
import type { PackedTrace } from './read-packed-facts.ts';
import { readSaid, type Said } from './said.ts';

/**
 * The cost-bearing spans of a trace as far as it takes to decide and sum them where there is nothing to weigh: without names,
 * parents, ids of requests and lines of receipts that have their price. Those that say the same share one saying.
 */
export function readBriefFacts({ traceId, costs, words }: Pick<PackedTrace, 'traceId' | 'costs' | 'words'>): readonly CostFact[] {
  const saidBefore: SaidBefore = { bytes: undefined, wordAt: 0, wordEnd: 0, at: 0, end: 0, said: {} };
  return costs.map((record) => readBriefFact(openRecord(record, 0, words), traceId, saidBefore));
}

type SaidBefore = { bytes: Uint8Array | undefined; wordAt: number; wordEnd: number; at: number; end: number; said: Said };

function readBriefFact(reader: FactReader, traceId: string, saidBefore: SaidBefore): CostFact {
  reader.at += 16;
  const spanId = readHex(reader, 8);
  reader.at += 8;
  const startNs = readInstant(reader);
  const endNs = readInstant(reader);
  const entryId = readHex(reader, entryIdBytes);
  const parts = readNumber(reader);
  const tenant = readWord(reader);
  const said = sized(readSaidAgain(reader, saidBefore), reader);
  skipText(reader);
  const observation = readObservation(reader, entryId, parts);
  return { tenant, ...said, traceId, spanId, parentSpanId: '', name: '', startNs, endNs, observation };
}

/** Equal bytes say the same, so they are read once. */
function readSaidAgain(reader: FactReader, before: SaidBefore): Said {
  const { bytes, at, wordAt } = reader;
  if (isSame(bytes, wordAt, before, before.wordAt, before.wordEnd) && isSame(bytes, at, before, before.at, before.end)) {
    reader.wordAt += before.wordEnd - before.wordAt;
    reader.at += before.end - before.at;
    return before.said;
  }
  const said = readSaid(reader);
  Object.assign(before, { bytes, wordAt, wordEnd: reader.wordAt, at, end: reader.at, said });
  return said;
}

function isSame(bytes: Uint8Array, start: number, { bytes: other }: SaidBefore, from: number, to: number): boolean {
  if (other === undefined) return false;
  for (let index = from; index < to; index += 1) if (bytes[start + index - from] !== other[index]) return false;
  return true;
}

function readObservation(reader: FactReader, entryId: string, parts: number): Observation {
  const observation = openObservation(reader, entryId, { parts, readReceipt });
  if ((parts & hasPart.human) === 0) return observation;
  if ((parts & hasPart.requestId) !== 0) skipText(reader);
  if ((parts & hasPart.apiKeyFingerprint) !== 0) skipText(reader);
  observation.human = readHuman(reader);
  return observation;
}

function readReceipt(reader: FactReader, parts: number): Receipt {
  const status = readWord(reader) as Receipt['status'];
  const source = readWord(reader) as Receipt['source'];
  const currency = readWord(reader);
  skipText(reader);
  const amountPico = readPico(reader);
  const isRange = (parts & hasPart.bounds) !== 0;
  const lowPico = isRange ? readPico(reader) : amountPico;
  const highPico = isRange ? readPico(reader) : amountPico;
  const lines = isUnpriced(status) ? readLines(reader) : skipLines(reader);
  if ((parts & hasPart.compared) !== 0) skipCompared(reader);
  const reasons: string[] = [];
  for (let left = readNumber(reader); left > 0; left -= 1) reasons.push(readWord(reader));
  const book = { version: readWord(reader), sha256: readWord(reader) };
  const complete = (parts & hasPart.complete) !== 0;
  return { status, complete, source, currency, amount: '', amountPico, lowPico, highPico, lines, reasons, book };
}

const noLines: readonly ReceiptLine[] = [];

function skipLines(reader: FactReader): readonly ReceiptLine[] {
  for (let left = readNumber(reader); left > 0; left -= 1) skipLine(reader);
  return noLines;
}

function skipLine(reader: FactReader): void {
  const parts = readNumber(reader);
  skipWord(reader);
  skipWord(reader);
  skipText(reader);
  for (const part of lineParts) {
    if ((parts & part.bit) !== 0) part.skip(reader);
  }
  if ((parts & lineHas.native) === 0) return;
  skipText(reader);
  for (let left = 4; left > 0; left -= 1) skipWord(reader);
}

/** Parts of a line in the order in which they are written. */
const lineParts: readonly { readonly bit: number; readonly skip: (reader: FactReader) => void }[] = [
  { bit: lineHas.priceId, skip: skipWord },
  { bit: lineHas.amount, skip: skipWord },
  { bit: lineHas.per, skip: skipWord },
  { bit: lineHas.factor, skip: skipWord },
  { bit: lineHas.cost, skip: skipText },
  { bit: lineHas.low, skip: skipText },
  { bit: lineHas.high, skip: skipText },
  { bit: lineHas.reason, skip: skipWord },
  { bit: lineHas.layer, skip: skipWord },
  { bit: lineHas.measured, skip: skipText },
];

function skipCompared(reader: FactReader): void {
  skipWord(reader);
  skipWord(reader);
  readNumber(reader);
  const hasDifference = readNumber(reader) === 1;
  skipText(reader);
  if (hasDifference) skipText(reader);
  skipLines(reader);
}
