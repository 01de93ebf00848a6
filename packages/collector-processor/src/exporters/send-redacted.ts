import type { Config, Redaction } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import { type FanOut, worstOf } from './fan-out.ts';

/** A logs request that is written once for each way in which destinations may see it. */
export type RedactedLogs = { readonly bodyOf: (redaction: Redaction) => Uint8Array; readonly itemCount: number };

/** Delivers to every destination what it may see. Accepted once all of them have accepted. Never rejects. */
export type SendRedacted = (request: RedactedLogs, abort: AbortSignal) => Promise<Delivery>;

/** Creates the sending to these destinations; undefined when there is none. */
export function createSendRedacted(
  names: readonly string[],
  redact: Config['records']['redact'],
  fanOutOf: (names: readonly string[]) => FanOut,
): SendRedacted | undefined {
  const redactionOf = (name: string): Redaction => redact[name] ?? [];
  const byText = new Map(names.map((name) => [redactionOf(name).join(), redactionOf(name)]));
  const groups = [...byText].map(([text, redaction]) => ({
    redaction,
    fanOut: fanOutOf(names.filter((name) => redactionOf(name).join() === text)),
  }));
  if (groups.length === 0) return undefined;
  return async ({ bodyOf, itemCount }, abort) =>
    worstOf(
      await Promise.all(
        groups.map(({ redaction, fanOut }) => fanOut.deliver({ signal: 'logs', body: bodyOf(redaction), itemCount }, abort)),
      ),
    );
}
