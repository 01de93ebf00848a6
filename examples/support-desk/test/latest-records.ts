import { readFileSync } from 'node:fs';

/** Attributes of one record, as text. */
export type CostRecord = Readonly<Record<string, string>>;

type LogsRequest = {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
      }[];
    }[];
  }[];
};

/** The record of each item at its highest revision, from a file of OTLP/JSON log requests. */
export function latestRecords(file: string): ReadonlyMap<string, CostRecord> {
  const latest = new Map<string, CostRecord>();
  for (const request of jsonLines<LogsRequest>(file)) {
    for (const { attributes } of request.resourceLogs.flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap((scope) => scope.logRecords),
    )) {
      const record: CostRecord = Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
      const id = record['costspan.work_item.id'] ?? '';
      if (revisionOf(record) > revisionOf(latest.get(id))) latest.set(id, record);
    }
  }
  return latest;
}

/** Every line of a file of JSON lines. */
export function jsonLines<T>(file: string): readonly T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function revisionOf(record: CostRecord = {}): bigint {
  return BigInt(record['costspan.record.revision'] ?? '-1');
}
