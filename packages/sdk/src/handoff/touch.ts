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
export const touchTimeOf = (touch: Touch): TouchTime => {
  const where = 'handoff.complete: touch';
  if (typeof touch !== 'object' || touch === null) {
    throw failure(where, 'expected { minutes }, { ms } or { measured }', shown(touch));
  }
  if ('measured' in touch) {
    const started = Number(touch.measured?.startedAt);
    return { ms: wholeMs(Number(touch.measured?.endedAt) - started, `${where}.measured`), source: 'measured' };
  }
  if ('minutes' in touch) return { ms: wholeMs(touch.minutes * 60_000, `${where}.minutes`), source: 'declared' };
  return { ms: wholeMs(touch.ms, `${where}.ms`), source: 'declared' };
};

const wholeMs = (ms: number, where: string): number => {
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0 || ms > touchMsMax) {
    throw failure(
      where,
      `expected a time from 0 to ${touchMsMax / 60_000} minutes`,
      Number.isFinite(ms) ? `${ms / 60_000} minutes` : shown(ms),
    );
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
