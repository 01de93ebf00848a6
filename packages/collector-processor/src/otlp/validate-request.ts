import type { CodecResult, Signal } from './codec.ts';
import { countItems } from './count-items.ts';
import { requestBytesMax } from './limits.ts';
import { explainFault } from './locate-fault.ts';
import { requestMessages } from './messages/signals.ts';
import { validateMessage } from './validate-message.ts';
import { startWalk } from './walk.ts';

/** What a valid request holds: spans, log records or data points, and texts that are not UTF-8. */
export type ValidRequest = {
  readonly itemCount: number;
  readonly invalidUtf8Count: number;
};

/** Checks a request that passes through unchanged, by the same rules as a rewritten one. */
export function validateRequest(signal: Signal, body: Uint8Array): CodecResult<ValidRequest> {
  if (body.length > requestBytesMax) {
    return { kind: 'invalid', where: 'request', problem: `expected at most ${requestBytesMax} bytes, found ${body.length}` };
  }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const walk = startWalk(bytes);
  try {
    validateMessage(walk, bytes.length, requestMessages[signal], 0);
  } catch (error) {
    return explainFault(error, bytes, requestMessages[signal]);
  }
  return { kind: 'ok', itemCount: countItems(signal, bytes), invalidUtf8Count: walk.tally.invalidUtf8Count };
}
