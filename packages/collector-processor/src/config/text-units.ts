const millisecondsOf: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytesOf: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1_000,
  KB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Text of a duration: numbers with units, largest first, such as `1h30m`. */
const durationPattern: RegExp = /^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;

/** Text of a size, such as `64MiB`. */
const sizePattern: RegExp = /^(\d+) ?(B|[kKMG]B|[KMG]iB)?$/;

/** Milliseconds of a duration such as `1h30m`, or undefined when the text is none. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '' || !durationPattern.test(text)) return undefined;
  let totalMs = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[dhms])/g)) totalMs += Number(count) * (millisecondsOf[unit ?? ''] ?? 0);
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}

/** Bytes of a size such as `64MiB` or `1000`, or undefined when the text is none. */
export function parseSizeBytes(text: string): number | undefined {
  const match = sizePattern.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (bytesOf[match[2] ?? ''] ?? 0);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
