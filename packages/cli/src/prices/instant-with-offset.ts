import { parseInstant } from '@costspan/pricing';

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(\.\d{1,9})?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const MS_PER_MINUTE = 60_000;

/**
 * Unix milliseconds of a UTC day, or of a time with its offset, as RFC 3339 has it; what is finer than a millisecond is cut
 * off. Undefined for anything else: `Date.parse` would make the 2nd of March of a 30th of February.
 */
export function parseInstantWithOffset(text: string): number | undefined {
  const parts = INSTANT.exec(text);
  if (parts === null) return parseInstant(text);
  const [, local, fraction = '', sign, hours, minutes] = parts;
  const localMs = parseInstant(`${local}${fraction.slice(0, 4)}Z`);
  if (localMs === undefined || sign === undefined) return localMs;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MS_PER_MINUTE;
  return sign === '+' ? localMs - offsetMs : localMs + offsetMs;
}
