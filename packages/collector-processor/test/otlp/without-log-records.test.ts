import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutLogRecords } from '../../src/otlp/without-log-records.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { signalRequests } from './support/arbitrary-signals.ts';

type Scope = { logRecords?: unknown[] };
type Resource = { scopeLogs?: Scope[] };

const [, message, logs] = signalRequests.find(([signal]) => signal === 'logs') ?? [];
assert(message !== undefined && logs !== undefined);

/** Records of the groups before and after; a group that lost what it had goes. */
function keep<Group>(groups: readonly Group[], take: (group: Group) => { readonly kept: number; readonly dropped: number }) {
  const sums = { kept: 0, dropped: 0 };
  const left = groups.filter((group) => {
    const { kept, dropped } = take(group);
    sums.kept += kept;
    sums.dropped += dropped;
    return dropped === 0 || kept > 0;
  });
  return { left, ...sums };
}

/** The request without some records, by way of the oracle. */
function expected(bytes: Uint8Array, isDropped: (index: number) => boolean): unknown {
  const request = decodeWithOracle(message as string, bytes) as { resourceLogs?: Resource[] };
  let index = -1;
  const takeScope = (scope: Scope) => {
    const records = (scope.logRecords ?? []).filter(() => {
      index += 1;
      return !isDropped(index);
    });
    const dropped = (scope.logRecords?.length ?? 0) - records.length;
    if (dropped > 0) scope.logRecords = records;
    return { kept: records.length, dropped };
  };
  const takeResource = (resource: Resource) => {
    const { left, ...sums } = keep(resource.scopeLogs ?? [], takeScope);
    if (sums.dropped > 0) resource.scopeLogs = left;
    return sums;
  };
  const { left, dropped } = keep(request.resourceLogs ?? [], takeResource);
  if (dropped === 0) return request;
  const { resourceLogs: _all, ...rest } = request;
  return left.length === 0 ? rest : { ...rest, resourceLogs: left };
}

test('takes records out and leaves everything else as it was', () => {
  fc.assert(
    fc.property(logs, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (request, drops) => {
      const bytes = encodeWithOracle(message, request);
      const isDropped = (index: number): boolean => drops[index] === true;
      const rest = withoutLogRecords(bytes, isDropped);
      expect(decodeWithOracle(message, rest)).toEqual(expected(bytes, isDropped));
    }),
  );
});

test('a request of which nothing goes is the same bytes', () => {
  fc.assert(
    fc.property(logs, (request) => {
      const bytes = encodeWithOracle(message, request);
      expect(Buffer.from(withoutLogRecords(bytes, () => false)).equals(bytes)).toBe(true);
    }),
  );
});
