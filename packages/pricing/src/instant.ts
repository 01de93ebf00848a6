const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?Z)?$/;
const CLOCK = /^(\d{2}):(\d{2})$/;
const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;
const DAYS_OF_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Days from 1970-01-01 to a day of the Gregorian calendar: years start in March, so that the leap day comes last. */
const daysSinceEpoch = (year: number, month: number, day: number): number => {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
};

/** Unix milliseconds of `2026-03-01` (midnight UTC) or `2026-03-01T16:30:00Z`; undefined for anything else. Only UTC is read. */
export const parseInstant = (text: string): number | undefined => {
  const parts = INSTANT.exec(text);
  if (parts === null) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const daysMax = month === 2 && isLeapYear(year) ? 29 : DAYS_OF_MONTH[month - 1];
  if (daysMax === undefined || day < 1 || day > daysMax) return undefined;
  const midnightMs = daysSinceEpoch(year, month, day) * MS_PER_DAY;
  if (parts[4] === undefined) return midnightMs;
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return midnightMs + hour * 3_600_000 + minute * MS_PER_MINUTE + second * 1_000 + Number((parts[7] ?? '').padEnd(3, '0'));
};

/** Minutes after midnight of `HH:MM`, from 00:00 to 24:00; undefined for anything else. */
export const parseClock = (text: string): number | undefined => {
  const parts = CLOCK.exec(text);
  if (parts === null) return undefined;
  const minutes = Number(parts[1]) * 60 + Number(parts[2]);
  return Number(parts[2]) > 59 || minutes > 1_440 ? undefined : minutes;
};

/** Minutes after midnight UTC of an instant in Unix milliseconds. */
export const minuteOfDay = (atMs: number): number => {
  const ms = atMs % MS_PER_DAY;
  return Math.floor((ms < 0 ? ms + MS_PER_DAY : ms) / MS_PER_MINUTE);
};
