import { CostspanError, shown } from '../errors.ts';
import { touchMsMax } from '../limits.ts';

/** How long a person worked on the item: told in minutes or milliseconds, or measured by the application. */
export type Touch =
  | { readonly minutes: number }
  | { readonly ms: number }
  | { readonly measured: { readonly startedAt: Date | number; readonly endedAt: Date | number } };

/** Touch time in whole milliseconds, and where it comes from. */
export type TouchTime = { readonly ms: number; readonly source: 'declared' | 'measured' };

/** The touch time `touch` names, rounded to a millisecond; throws a CostspanError when it is negative or no time at all. */
export const touchTimeOf = (touch: Touch, where = 'handoff.complete: touch'): TouchTime => {
  if (typeof touch !== 'object' || touch === null) {
    throw failure(where, 'expected { minutes }, { ms } or { measured }', shown(touch));
  }
  if ('measured' in touch) {
    const ms = instantMs(touch.measured?.endedAt) - instantMs(touch.measured?.startedAt);
    if (Number.isNaN(ms))
      throw failure(`${where}.measured`, 'expected { startedAt, endedAt }, each a Date or milliseconds', 'none');
    return { ms: wholeMs(ms, `${where}.measured`), source: 'measured' };
  }
  const isMinutes = 'minutes' in touch;
  if (!isMinutes && !('ms' in touch)) throw failure(where, 'expected { minutes }, { ms } or { measured }', 'none of them');
  const told: unknown = isMinutes ? touch.minutes : touch.ms;
  // Times a factor, text would turn into a number.
  const ms = typeof told === 'number' ? told * (isMinutes ? MINUTE_MS : 1) : Number.NaN;
  return { ms: wholeMs(ms, `${where}.${isMinutes ? 'minutes' : 'ms'}`), source: 'declared' };
};

const MINUTE_MS = 60_000;

const instantMs = (instant: unknown): number =>
  instant instanceof Date ? instant.getTime() : typeof instant === 'number' ? instant : Number.NaN;

const wholeMs = (ms: number, where: string): number => {
  if (!Number.isFinite(ms) || ms < 0 || ms > touchMsMax) {
    const found = Number.isFinite(ms) ? `${ms / MINUTE_MS} minutes` : 'no number';
    throw failure(where, `expected a time from 0 to ${touchMsMax / MINUTE_MS} minutes`, found);
  }
  return Math.round(ms);
};

const failure = (where: string, problem: string, found: string): CostspanError =>
  new CostspanError({
    code: 'handoff-touch-invalid',
    where,
    problem,
    found,
    advice: 'write it like { minutes: 7.5 }; nothing was charged',
  });
