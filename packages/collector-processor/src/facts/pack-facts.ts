import { Buffer } from 'node:buffer';
import { bearsCost, canonicalText, isLink, type SpanFact } from '@costspan/ledger';
import { createWriter, finishWriter, writeFixed32, writeRaw, writeVarint } from '../otlp/writer.ts';
import { collectFacts } from './collect-facts.ts';
import { placeBytes } from './cost-fact-fields.ts';
import { createFactWriter, finishRecord } from './fact-writer.ts';
import type { PackedFacts } from './packed-facts.ts';
import { writeSaid } from './said.ts';
import type { WordTable } from './words.ts';
import { copyPlaceOf } from './write-cost-fact.ts';

/** Facts as one block of bytes. Of a span that bears no cost the name goes, of one that says nothing the times as well. */
export function packFacts(facts: Iterable<SpanFact>): PackedFacts {
  const collected = collectFacts();
  const sayings = new Map<string, SpanFact>();
  for (const fact of facts) {
    const place = {
      copyTraceId: (target: DataView, at: number) => copyPartOf(fact, 0, target, at),
      copyLink: (target: DataView, at: number) => copyPartOf(fact, 16, target, at),
      copyTimes: (target: DataView, at: number) => copyPartOf(fact, 32, target, at),
    };
    if (bearsCost(fact)) collected.addCost(place, fact);
    else collected.addOther(place, fact.tenant, isLink(fact) ? undefined : sayingOf(fact, sayings), fact.telemetry);
  }
  return collected.finish();
}

/** The first span that says what this one says: what many say is packed once. */
function sayingOf(fact: SpanFact, sayings: Map<string, SpanFact>): SpanFact {
  const { tenant, traceId, item, itemProblem, outcome, dimensions, events } = fact;
  const text = canonicalText({ tenant, traceId, item, itemProblem, outcome, dimensions, events });
  const known = sayings.get(text);
  if (known === undefined) sayings.set(text, fact);
  return known ?? fact;
}

/** Copies 16 bytes of where a span stands. */
function copyPartOf(fact: SpanFact, start: number, target: DataView, at: number): void {
  const bytes = Buffer.alloc(placeBytes);
  copyPlaceOf(fact, bytes, 0);
  for (let index = 0; index < 16; index += 1) target.setUint8(at + index, bytes[start + index]!);
}

/** Facts of one trace that bear no cost as a context, with a saying for each that is mentioned. */
export function packContext(facts: readonly SpanFact[], words: WordTable): Uint8Array {
  const writer = createFactWriter(words);
  const [out, record] = [createWriter(1_024), createWriter(256)];
  const place = Buffer.alloc(placeBytes);
  const isSized = facts.some(({ telemetry }) => telemetry !== undefined);
  const mentions = isSized ? facts : facts.filter((fact) => !isLink(fact));
  writeVarint(out, mentions.length * 2 + Number(isSized));
  for (const fact of mentions) {
    writeSaid(writer, fact.telemetry === undefined ? fact : { ...fact, telemetryPrices: fact.telemetry.prices });
    record.length = 0;
    finishRecord(writer, record);
    writeVarint(out, record.length);
    writeRaw(out, record.bytes.subarray(0, record.length));
  }
  writeVarint(out, mentions.length);
  for (const [number, fact] of mentions.entries()) {
    copyPlaceOf(isLink(fact) && fact.telemetry === undefined ? { ...fact, startNs: 0n, endNs: 0n } : fact, place, 0);
    writeRaw(out, place.subarray(16));
    writeFixed32(out, number);
  }
  if (isSized) {
    for (const { telemetry } of mentions) writeFixed32(out, telemetry?.bytes ?? 0);
    return finishWriter(out);
  }
  for (const fact of facts) {
    if (!isLink(fact)) continue;
    copyPlaceOf(fact, place, 0);
    writeRaw(out, place.subarray(16, 32));
  }
  return finishWriter(out);
}
