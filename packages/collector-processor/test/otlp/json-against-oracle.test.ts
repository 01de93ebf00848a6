import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonToProtobuf, protobufToJson } from '../../src/otlp/json.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { signalRequests } from './support/arbitrary-signals.ts';
import { mutate } from './support/mutate.ts';
import { createRandom } from './support/random.ts';
import { encodeScrambled } from './support/scramble.ts';

const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const fuzzSeed = Number(process.env['COSTSPAN_FUZZ_SEED'] ?? 20_261_122);
const payloadsMax = Number(process.env['COSTSPAN_FUZZ_PAYLOADS'] ?? 20_000);

/** The oracle's reading in the form of OTLP/JSON: ids in hex, doubles that JSON has no number for as text. */
function toOtlpJson(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => toOtlpJson(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toOtlpJson(member, key)]));
  }
  if (/^(traceId|spanId|parentSpanId)$/.test(name)) return Buffer.from(value as string, 'base64').toString('hex');
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function textOf(signal: Parameters<typeof protobufToJson>[0], body: Uint8Array): string {
  const written = protobufToJson(signal, body);
  if (written.kind === 'invalid') throw new Error(`${written.where}: ${written.problem}`);
  return written.text;
}

function bodyOf(signal: Parameters<typeof jsonToProtobuf>[0], json: string): Buffer {
  const read = jsonToProtobuf(signal, Buffer.from(json));
  if (read.kind === 'invalid') throw new Error(`${read.where}: ${read.problem}`);
  return read.body as Buffer;
}

describe.each(signalRequests)('%s', (signal, message, request) => {
  test('protobuf in any legal order becomes the JSON the oracle describes', () => {
    fc.assert(
      fc.property(request, seed, (value, number) => {
        const scrambled = encodeScrambled(message, value, createRandom(number));
        expect(JSON.parse(textOf(signal, scrambled))).toEqual(toOtlpJson(decodeWithOracle(message, scrambled)));
      }),
      { numRuns: 200 },
    );
  });

  test('JSON becomes the protobuf the oracle encodes', () => {
    fc.assert(
      fc.property(request, (value) => {
        const body = encodeWithOracle(message, value);
        const back = bodyOf(signal, textOf(signal, body));
        expect(decodeWithOracle(message, back)).toEqual(decodeWithOracle(message, body));
        expect(validateRequest(signal, back)).toEqual(validateRequest(signal, body));
      }),
      { numRuns: 200 },
    );
  });

  test('names as in the .proto files, integers as numbers and upper-case ids are read alike', () => {
    fc.assert(
      fc.property(request, (value) => {
        const json = textOf(signal, encodeWithOracle(message, value));
        expect(bodyOf(signal, respell(json))).toEqual(bodyOf(signal, json));
      }),
      { numRuns: 200 },
    );
  });

  test('OTLP-64: mutated JSON is read as valid protobuf or refused', () => {
    const random = createRandom(fuzzSeed);
    const texts = fc
      .sample(request, { numRuns: 100, seed: fuzzSeed })
      .map((value) => Buffer.from(textOf(signal, encodeWithOracle(message, value))));
    const counts = { ok: 0, invalid: 0 };
    for (let round = 0; round < payloadsMax / 4; round += 1) {
      const json = mutate(texts[round % texts.length]!, random);
      const read = jsonToProtobuf(signal, json);
      counts[read.kind] += 1;
      if (read.kind === 'invalid') continue;
      expect(validateRequest(signal, read.body), json.toString()).toMatchObject({ kind: 'ok', invalidUtf8Count: 0 });
      decodeWithOracle(message, read.body);
    }
    expect(counts.ok).toBeGreaterThan(payloadsMax / 400);
    expect(counts.invalid).toBeGreaterThan(payloadsMax / 40);
  }, 3_600_000);
});

/** The same JSON as other senders write it. */
function respell(json: string): string {
  return json
    .replace(/"([a-z]+[A-Z]\w*)":/g, (_, name: string) => `"${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}":`)
    .replace(/"(\w*(?:_id|_nano|_value|as_int|count))":"(-?\d+|[0-9a-f]+)"/g, (whole, name: string, text: string) => {
      if (/_id$/.test(name)) return `"${name}":"${text.toUpperCase()}"`;
      return /^(string_value|bytes_value)$/.test(name) || !/^-?\d+$/.test(text) ? whole : `"${name}":${text}`;
    });
}
