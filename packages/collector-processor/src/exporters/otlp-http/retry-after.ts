import { retryAfterMsMax } from '../../limits.ts';

/** Milliseconds a `Retry-After` header asks for, seconds or HTTP date, at most an hour; undefined when it says nothing usable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(retryAfterMsMax, Number(text) * 1_000);
  // Date.parse takes almost anything; an HTTP date begins with a weekday.
  const atMs = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.min(retryAfterMsMax, Math.max(0, atMs - nowMs));
}
