import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Encoding } from '../../src/ingest.ts';
import { fieldViolationsMax, responseBytesMax, responseMessageBytesMax } from '../../src/otlp/limits.ts';
import { decodeExportResponse, encodeExportResponse } from '../../src/otlp/response.ts';
import { decodeStatus, encodeStatus, type RpcStatus } from '../../src/otlp/rpc-status.ts';
import { field, varint } from './support/wire-form.ts';

const encodings: readonly Encoding[] = ['protobuf', 'json'];
const signals = ['traces', 'logs', 'metrics'] as const;

describe('answers to accepted requests', () => {
  test('OTLP-20 full success is no byte at all, or an empty object', () => {
    for (const signal of signals) {
      expect(encodeExportResponse(signal, 'protobuf')).toEqual(Buffer.alloc(0));
      expect(encodeExportResponse(signal, 'json').toString()).toBe('{}');
    }
  });

  test.each([
    ['traces', 'rejectedSpans'],
    ['logs', 'rejectedLogRecords'],
    ['metrics', 'rejectedDataPoints'],
  ] as const)('OTLP-23 OTLP-25 a partial success of %s counts %s', (signal, name) => {
    const partial = { rejectedCount: 3, message: 'three were too large' };
    expect(JSON.parse(encodeExportResponse(signal, 'json', partial).toString())).toEqual({
      partialSuccess: { [name]: '3', errorMessage: 'three were too large' },
    });
    // 1 partial_success: 1 rejected int64 · 2 error_message string
    expect(encodeExportResponse(signal, 'protobuf', partial)).toEqual(
      field(1, Buffer.from([0x08, 3]), field(2, partial.message)),
    );
  });

  test('are read as they were written', () => {
    const partial = fc.record({ rejectedCount: fc.nat(), message: fc.string({ unit: 'grapheme', maxLength: 40 }) });
    fc.assert(
      fc.property(fc.constantFrom(...signals), fc.constantFrom(...encodings), partial, (signal, encoding, value) => {
        const body = encodeExportResponse(signal, encoding, value);
        expect(decodeExportResponse(signal, encoding, body)).toEqual({ kind: 'ok', partial: value });
      }),
    );
  });

  test('OTLP-24 a warning rejects nothing', () => {
    const body = encodeExportResponse('traces', 'protobuf', { rejectedCount: 0, message: 'old schema' });
    expect(decodeExportResponse('traces', 'protobuf', body)).toEqual({
      kind: 'ok',
      partial: { rejectedCount: 0, message: 'old schema' },
    });
  });

  test.each([
    ['protobuf', Buffer.from([0x0a, 0x7f])],
    ['json', Buffer.from('<html>')],
    ['json', Buffer.from('{"partialSuccess":{"rejectedSpans":"many"}}')],
  ] as const)('that are none are not read: %s %s', (encoding, body) => {
    expect(decodeExportResponse('traces', encoding, body).kind).toBe('invalid');
  });

  test.each(encodings)('OTLP-19 of more than 4 MiB are not read: %s', (encoding) => {
    const read = decodeExportResponse('traces', encoding, Buffer.alloc(responseBytesMax + 1));
    expect(read).toMatchObject({ kind: 'invalid', where: 'response' });
  });
});

const status: fc.Arbitrary<RpcStatus> = fc.record(
  {
    code: fc.nat(16),
    message: fc.string({ unit: 'grapheme', maxLength: 60 }),
    retryDelayMs: fc.nat(10_000_000),
    fieldViolations: fc.array(fc.record({ field: fc.string({ maxLength: 20 }), description: fc.string({ maxLength: 20 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { requiredKeys: ['code', 'message'] },
);

describe('refusals', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(fc.constantFrom(...encodings), status, (encoding, value) => {
        expect(decodeStatus(encoding, encodeStatus(encoding, value))).toEqual({ kind: 'ok', status: value });
      }),
    );
  });

  test('OTLP-29 in JSON look as google.rpc.Status does', () => {
    const body = encodeStatus('json', { code: 14, message: 'later', retryDelayMs: 1_500 });
    expect(JSON.parse(body.toString())).toEqual({
      code: 14,
      message: 'later',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.500s' }],
    });
  });

  test('OTLP-29 in protobuf are the bytes of google.rpc.Status', () => {
    // Status: 1 code · 2 message · 3 details Any (1 type_url · 2 value). RetryInfo: 1 Duration (1 seconds · 2 nanos).
    const nanos = Buffer.concat([Buffer.from([0x10]), varint(500_000_000)]);
    const delay = field(1, Buffer.from([0x08, 1]), nanos);
    const detail = field(3, field(1, 'type.googleapis.com/google.rpc.RetryInfo'), field(2, delay));
    const expected = Buffer.concat([Buffer.from([0x08, 14]), field(2, 'later'), detail]);
    expect(encodeStatus('protobuf', { code: 14, message: 'later', retryDelayMs: 1_500 })).toEqual(expected);
  });

  test('OTLP-17 a long message is cut, between two letters, and keeps its meaning', () => {
    const message = `destination refused: ${'ü'.repeat(10_000_000)}`;
    for (const encoding of encodings) {
      const body = encodeStatus(encoding, { code: 3, message });
      expect(body.length).toBeLessThan(responseBytesMax);
      const read = decodeStatus(encoding, body);
      const found = read.kind === 'ok' ? read.status.message : '';
      expect(Buffer.byteLength(found)).toBeLessThanOrEqual(responseMessageBytesMax);
      expect(found).toMatch(/^destination refused: ü+…?$/);
    }
  });

  test('name no more fields than anybody repairs at once', () => {
    const fieldViolations = Array.from({ length: fieldViolationsMax + 1 }, (_, index) => ({
      field: `f${index}`,
      description: 'd',
    }));
    const read = decodeStatus('protobuf', encodeStatus('protobuf', { code: 3, message: '', fieldViolations }));
    expect(read.kind === 'ok' && read.status.fieldViolations?.length).toBe(fieldViolationsMax);
  });

  test('OTLP-32 details that cannot be read, or are of another kind, leave the refusal as it is', () => {
    const withDetail = (typeUrl: string, value: Buffer): Buffer =>
      Buffer.concat([Buffer.from([0x08, 14]), field(3, field(1, typeUrl), field(2, value))]);
    const refusal = { kind: 'ok', status: { code: 14, message: '' } };
    expect(decodeStatus('protobuf', withDetail('type.googleapis.com/google.rpc.RetryInfo', Buffer.from([0x0a, 0x7f])))).toEqual(
      refusal,
    );
    expect(decodeStatus('protobuf', withDetail('type.googleapis.com/google.rpc.ErrorInfo', field(1, 'x')))).toEqual(refusal);
    const json = { code: 14, details: [7, null, { '@type': 'x' }, { '@type': 'type.googleapis.com/google.rpc.RetryInfo' }] };
    expect(decodeStatus('json', Buffer.from(JSON.stringify(json)))).toEqual(refusal);
  });

  test.each(['1s', '0.5s', '3.000000001s', '-1s', '1', '1e3s'])('OTLP-32 a delay of %s in JSON', (retryDelay) => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }];
    const read = decodeStatus('json', Buffer.from(JSON.stringify({ code: 14, details })));
    const expected: Readonly<Record<string, number>> = { '1s': 1_000, '0.5s': 500, '3.000000001s': 3_001 };
    expect(read.kind === 'ok' && read.status.retryDelayMs).toBe(expected[retryDelay]);
  });
});
