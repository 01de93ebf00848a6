import type { Signal } from './codec.ts';
import { createPart, readPart } from './read-part.ts';

/** Fields 1, 2 and 2 of request, resource group and scope group hold what the next level is made of, in every signal. */
const itemLevels = [1, 2, 2];

/**
 * Counts the spans, log records or data points of a valid request: what OTLP counts as rejected items.
 *
 *     request: 1 resource groups · resource group: 2 scope groups · scope group: 2 spans, log records or metrics
 */
export function countItems(signal: Signal, body: Uint8Array): number {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return countLevel(signal, bytes, 0, bytes.length, 0);
}

function countLevel(signal: Signal, bytes: Buffer, start: number, end: number, level: number): number {
  const cursor = { bytes, position: start };
  const part = createPart();
  let count = 0;
  while (readPart(cursor, end, part)) {
    if (part.number !== itemLevels[level]) continue;
    count +=
      level === itemLevels.length - 1
        ? countItem(signal, bytes, part.start, part.end)
        : countLevel(signal, bytes, part.start, part.end, level + 1);
  }
  return count;
}

/** Data points of a metric, else 1. Metric: 5 gauge · 7 sum · 9 histogram · 10 exponential_histogram · 11 summary, each 1 data_points. */
export function countItem(signal: Signal, bytes: Buffer, start: number, end: number): number {
  if (signal !== 'metrics') return 1;
  const cursor = { bytes, position: start };
  const data = createPart();
  let count = 0;
  while (readPart(cursor, end, data)) {
    if ([5, 7, 9, 10, 11].includes(data.number)) count += countParts(bytes, data.start, data.end, 1);
  }
  return count;
}

function countParts(bytes: Buffer, start: number, end: number, number: number): number {
  const cursor = { bytes, position: start };
  const part = createPart();
  let count = 0;
  while (readPart(cursor, end, part)) if (part.number === number) count += 1;
  return count;
}
