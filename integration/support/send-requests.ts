/** Requests on their way. */
export type Sending = {
  /** Resolves as soon as so many requests were acknowledged; rejects when the sender was stopped before. */
  readonly acknowledged: (count: number) => Promise<void>;
  /** How often a request had to be sent again. */
  readonly repeatedCount: () => number;
};

/** Pause before a request is sent again. */
const retryPauseMs = 20;

/** An application that cannot reach its Collector gives up some day; a test that cannot should say so. */
const giveUpAfterMs = 60_000;

/**
 * Sends OTLP/JSON requests in order, `concurrency` at a time (default 4), each until it is acknowledged, as an exporter with
 * retries does. An answer that was lost on the way makes it send a request twice.
 */
export function sendRequests(url: string, requests: readonly string[], concurrency: number = 4): Sending {
  let next = 0;
  let done = 0;
  let repeatedCount = 0;
  let fault: unknown;
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void; readonly reject: (fault: unknown) => void }>();
  const announce = (): void => {
    for (const each of waiting) {
      if (fault !== undefined) each.reject(fault);
      else if (done >= each.count) each.resolve();
    }
  };
  const worker = async (): Promise<void> => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const deadlineMs = performance.now() + giveUpAfterMs;
      while (!(await isAcknowledged(url, request))) {
        if (performance.now() > deadlineMs) throw new Error(`${url}: took nothing for ${giveUpAfterMs} ms`);
        repeatedCount += 1;
        await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
      }
      done += 1;
      announce();
    }
  };
  for (let each = 0; each < concurrency; each += 1) {
    worker().catch((error: unknown) => {
      fault ??= error;
      announce();
    });
  }
  return {
    acknowledged: (count) =>
      new Promise((resolve, reject) => {
        waiting.add({ count, resolve, reject });
        announce();
      }),
    repeatedCount: () => repeatedCount,
  };
}

/** False for what may succeed later; a refusal for good is a fault of the test. */
async function isAcknowledged(url: string, body: string): Promise<boolean> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const response = await fetch(`${url}/v1/traces`, request).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  if (response === undefined || text === undefined) return false;
  if (response.status === 200) return true;
  if ([429, 502, 503, 504].includes(response.status)) return false;
  throw new Error(`${url}: refused with ${response.status}: ${text}`);
}
