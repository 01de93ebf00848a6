import { parseSizeBytes } from './text-units.ts';

/** A problem that shows only when several places of a configuration are looked at together. */
export type ReferenceProblem = {
  readonly path: readonly PropertyKey[];
  readonly problem: string;
  readonly known?: readonly string[];
};

/**
 * Checks what one place of a configuration says about another. It reads the file as given rather than the parsed result,
 * so that these problems are listed together with all others.
 */
export function checkReferences(given: unknown): readonly ReferenceProblem[] {
  return [
    ...unknownExporters(given),
    ...temporalityOfNobody(given),
    ...entriesOfNobody(given),
    ...telemetryOfNobody(given),
    ...redactionProblems(given),
    ...tooSmallMemory(given),
    ...repeatedKeys(given),
  ];
}

const exporterLists = [
  ['service', 'traces', 'exporters'],
  ['service', 'logs', 'exporters'],
  ['service', 'metrics', 'exporters'],
  ['service', 'telemetry', 'metrics', 'exporters'],
  ['records', 'exporters'],
  ['records', 'entries'],
] as const;

/** Names of exporters that are defined and used nowhere. */
export function unusedExporters(given: unknown): readonly string[] {
  const used = new Set(exporterLists.flatMap((path) => listAt(given, path)));
  return Object.keys(mapAt(given, ['exporters'])).filter((name) => !used.has(name));
}

function unknownExporters(given: unknown): readonly ReferenceProblem[] {
  const known = Object.keys(mapAt(given, ['exporters']));
  return exporterLists.flatMap((path) =>
    listAt(given, path).flatMap((name, index) =>
      typeof name !== 'string' || known.includes(name)
        ? []
        : [{ path: [...path, index], problem: 'expected the name of an exporter that `exporters` defines', known }],
    ),
  );
}

function temporalityOfNobody(given: unknown): readonly ReferenceProblem[] {
  const path = ['service', 'telemetry', 'metrics'];
  const known = listAt(given, [...path, 'exporters']).map(String);
  return Object.keys(mapAt(given, [...path, 'temporality'])).flatMap((name) =>
    known.includes(name)
      ? []
      : [{ path: [...path, 'temporality', name], problem: 'expected an exporter that `exporters` beside it names', known }],
  );
}

function entriesOfNobody(given: unknown): readonly ReferenceProblem[] {
  if (valueAt(given, ['ledger']) !== 'off' || listAt(given, ['records', 'entries']).length === 0) return [];
  const problem = 'expected a ledger: entries are what a ledger decides; leave `ledger: off` or this out';
  return [{ path: ['records', 'entries'], problem }];
}

function telemetryOfNobody(given: unknown): readonly ReferenceProblem[] {
  const path = ['pricing', 'telemetry', 'sku'];
  if (valueAt(given, ['ledger']) !== 'off' || valueAt(given, path) === undefined) return [];
  return [{ path, problem: 'expected a ledger: it books what spans cost as telemetry; leave `ledger: off` or this out' }];
}

/**
 * Records beside entries would tell by their difference what was left out of an entry, so a destination gets one or the other.
 */
function redactionProblems(given: unknown): readonly ReferenceProblem[] {
  const [records, entries] = ['exporters', 'entries'].map((list) => listAt(given, ['records', list]).map(String));
  return Object.keys(mapAt(given, ['records', 'redact'])).flatMap((name) => {
    const path = ['records', 'redact', name];
    const [getsRecords, getsEntries] = [records?.includes(name), entries?.includes(name)];
    if (!getsRecords && !getsEntries) {
      const known = [...(records ?? []), ...(entries ?? [])];
      return [{ path, problem: 'expected an exporter that `records.exporters` or `records.entries` names', known }];
    }
    if (!getsRecords || !getsEntries) return [];
    const problem = 'expected a destination of records or of entries, not of both: their difference tells what was left out';
    return [{ path, problem }];
  });
}

/** Destinations that may not see something in records and get it another way. */
export function redactedElsewhere(given: unknown): readonly string[] {
  return Object.keys(mapAt(given, ['records', 'redact'])).flatMap((name) =>
    unredactedLists.flatMap(([path, what]) =>
      listAt(given, path).includes(name)
        ? [`records.redact.${name}: ${path.join('.')} sends it ${what} too, from which nothing is left out`]
        : [],
    ),
  );
}

const unredactedLists = [
  [['service', 'traces', 'exporters'], 'spans with their usage and cost'],
  [['service', 'telemetry', 'metrics', 'exporters'], 'metrics of cost by category'],
] as const;

/** What will count twice although nothing of it is wrong by itself. */
export function doubledRecords(given: unknown): readonly string[] {
  const both = ['exporters', 'entries'].every((list) => listAt(given, ['records', list]).length > 0);
  if (!both) return [];
  return [
    'records: both `exporters` and `entries` are set; the ledger that takes the entries sends records of its own, and a backend that gets both counts everything twice',
  ];
}

function tooSmallMemory(given: unknown): readonly ReferenceProblem[] {
  const body = sizeAt(given, ['receivers', 'otlp', 'protocols', 'http', 'max_request_body_size']) ?? 64 * 2 ** 20;
  const memory = sizeAt(given, ['service', 'max_in_flight_size']) ?? 256 * 2 ** 20;
  if (memory >= body) return [];
  return [
    {
      path: ['service', 'max_in_flight_size'],
      problem:
        'expected at least `receivers.otlp.protocols.http.max_request_body_size`, or a request of that size could never be taken',
    },
  ];
}

function repeatedKeys(given: unknown): readonly ReferenceProblem[] {
  const seen = new Set<unknown>();
  return listAt(given, ['tenants', 'keys']).flatMap((each, index) => {
    const key = valueAt(each, ['key']);
    if (key === undefined || !seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path: ['tenants', 'keys', index, 'key'], problem: 'expected a key that no other entry has' }];
  });
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    given,
  );
}

function listAt(given: unknown, path: readonly PropertyKey[]): readonly unknown[] {
  const value = valueAt(given, path);
  return Array.isArray(value) ? value : [];
}

function mapAt(given: unknown, path: readonly PropertyKey[]): Readonly<Record<string, unknown>> {
  const value = valueAt(given, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function sizeAt(given: unknown, path: readonly PropertyKey[]): number | undefined {
  const value = valueAt(given, path);
  return typeof value === 'string' ? parseSizeBytes(value) : undefined;
}
