const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Longest time a timer takes. A deadline beyond it is none that this service lives to see. */
const timerMsMax = 2 ** 31 - 1;

/** Milliseconds of a `grpc-timeout`, up to eight digits and a unit; undefined when there is none, or none that can be read. */
export function parseGrpcTimeout(header: string | readonly string[] | undefined): number | undefined {
  const match = typeof header === 'string' ? /^(\d{1,8})([HMSmun])$/.exec(header) : null;
  const perUnitMs = unitMs[match?.[2] ?? ''];
  if (match === null || perUnitMs === undefined) return undefined;
  return Math.min(timerMsMax, Math.ceil(Number(match[1]) * perUnitMs));
}
