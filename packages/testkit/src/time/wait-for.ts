import { pollIntervalMs, waitTimeoutMsDefault } from '../limits.ts';

/**
 * Resolves as soon as `condition` returns something other than `undefined` or `false`, with what it returned. For conditions
 * that announce nothing, such as a file that another process writes; what a fake server logs is waited for with its
 * `waitUntil`, which needs no polling. Rejects after `timeoutMs` (default 10,000), naming `what`.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? waitTimeoutMsDefault;
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() >= deadlineMs) throw new Error(`waitFor: ${what} did not happen within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}
