import type { AuditEvent, SpanFact } from '@costspan/ledger';
import { writeFixed64, writeText, writeVarint } from '../otlp/writer.ts';
import { type FactReader, readInstant, readNumber, readText, readWord } from './fact-reader.ts';
import { type FactWriter, writeWord } from './fact-writer.ts';
import { putOwn } from './put-own.ts';

/** What a span says about its work item, what was decided for it, and what its vendor of observability asked. */
export type Said = Pick<SpanFact, 'item' | 'itemProblem' | 'outcome' | 'dimensions' | 'events'> & {
  /** Present where spans are counted as telemetry. */
  readonly telemetryPrices?: string;
};

const has = { item: 1, itemProblem: 2, outcome: 4, dimensions: 8, parentId: 16, events: 32, telemetryPrices: 64 } as const;
const sources = ['span', 'resource', 'id_from'] as const;

/**
 * Writes what a span says about its item.
 *
 *     which parts there are varint · item: source varint, type word, id text, parent's id text · problem word ·
 *     outcome: value text, instant fixed64 · dimensions: count varint, then key word and value text each ·
 *     events: count varint, then name word, instant fixed64, attribute count varint, key word and value text each ·
 *     prices of telemetry word
 */
export function writeSaid(writer: FactWriter, { item, itemProblem, outcome, dimensions, events, telemetryPrices }: Said): void {
  const { body } = writer;
  writeVarint(
    body,
    (item === undefined ? 0 : has.item) |
      (item?.parentId === undefined ? 0 : has.parentId) |
      (itemProblem === undefined ? 0 : has.itemProblem) |
      (outcome === undefined ? 0 : has.outcome) |
      (dimensions === undefined ? 0 : has.dimensions) |
      (events === undefined ? 0 : has.events) |
      (telemetryPrices === undefined ? 0 : has.telemetryPrices),
  );
  if (item !== undefined) {
    writeVarint(body, sources.indexOf(item.source));
    writeWord(writer, item.type);
    writeText(body, item.id);
    if (item.parentId !== undefined) writeText(body, item.parentId);
  }
  if (itemProblem !== undefined) writeWord(writer, itemProblem);
  if (outcome !== undefined) {
    writeText(body, outcome.value);
    writeFixed64(body, outcome.atNs);
  }
  if (dimensions !== undefined) writeTexts(writer, dimensions);
  if (events !== undefined) writeEvents(writer, events);
  if (telemetryPrices !== undefined) writeWord(writer, telemetryPrices);
}

function writeEvents(writer: FactWriter, events: NonNullable<Said['events']>): void {
  const { body } = writer;
  writeVarint(body, events.length);
  for (const { name, atNs, attributes } of events) {
    writeWord(writer, name);
    writeFixed64(body, atNs);
    writeTexts(writer, attributes);
  }
}

function writeTexts(writer: FactWriter, texts: Readonly<Record<string, string>>): void {
  const { body } = writer;
  writeVarint(body, Object.keys(texts).length);
  for (const key in texts) {
    writeWord(writer, key);
    writeText(body, texts[key] ?? '');
  }
}

/** What {@link writeSaid} wrote. */
export function readSaid(reader: FactReader): Said {
  const parts = readNumber(reader);
  const said: { -readonly [Key in keyof Said]: Said[Key] } = {};
  if ((parts & has.item) !== 0) said.item = readItem(reader, (parts & has.parentId) !== 0);
  if ((parts & has.itemProblem) !== 0) said.itemProblem = readWord(reader);
  if ((parts & has.outcome) !== 0) said.outcome = { value: readText(reader), atNs: readInstant(reader) };
  if ((parts & has.dimensions) !== 0) said.dimensions = readTexts(reader);
  if ((parts & has.events) !== 0) said.events = readEvents(reader);
  if ((parts & has.telemetryPrices) !== 0) said.telemetryPrices = readWord(reader);
  return said;
}

function readItem(reader: FactReader, hasParent: boolean): NonNullable<Said['item']> {
  const source = sources[readNumber(reader)] ?? 'span';
  const type = readWord(reader);
  const id = readText(reader);
  return hasParent ? { type, id, parentId: readText(reader), source } : { type, id, source };
}

function readTexts(reader: FactReader): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (let left = readNumber(reader); left > 0; left -= 1) {
    const key = readWord(reader);
    putOwn(texts, key, readText(reader));
  }
  return texts;
}

function readEvents(reader: FactReader): readonly AuditEvent[] {
  const events: AuditEvent[] = [];
  for (let left = readNumber(reader); left > 0; left -= 1) {
    events.push({ name: readWord(reader), atNs: readInstant(reader), attributes: readTexts(reader) });
  }
  return events;
}
