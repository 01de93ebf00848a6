import type { Delivery, RejectionReason } from '../../delivery.ts';
import type { Encoding } from '../../ingest.ts';
import { destinationRetryAfterMs } from '../../limits.ts';
import { tidyMessage } from '../../logger.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { AnswerCodec } from '../answer-codec.ts';
import type { Posted } from './post.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The statuses the OTLP specification lets a client repeat a request after. Every other failure is final. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const reasons: Readonly<Record<number, RejectionReason>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'unsupported',
  413: 'too-large',
};

/** What an attempt means for the request, in the words a sender understands. `name` is the destination. */
export function interpret(posted: Posted, signal: Signal, name: string, codec: AnswerCodec, nowMs: number): Delivery {
  switch (posted.kind) {
    case 'failed':
      return { kind: 'retryable', message: `${name}: no answer (${posted.code})`, retryAfterMs: destinationRetryAfterMs };
    case 'oversized':
      return { kind: 'rejected', reason: 'failed', message: `${name}: HTTP ${posted.status} with an answer too large to read` };
    case 'answered':
      return posted.status >= 200 && posted.status < 300 ? accepted(posted, signal, codec) : refused(posted, name, codec, nowMs);
    default:
      return posted satisfies never;
  }
}

function accepted(posted: Extract<Posted, { kind: 'answered' }>, signal: Signal, codec: AnswerCodec): Delivery {
  // A body that cannot be read does not undo the 2xx: whoever sent it has the data.
  const partial = codec.exportResponse(signal, encodingOf(posted.contentType), posted.body)?.partial;
  return partial === undefined ? { kind: 'accepted' } : { kind: 'accepted', partial };
}

function refused(posted: Extract<Posted, { kind: 'answered' }>, name: string, codec: AnswerCodec, nowMs: number): Delivery {
  const said = codec.status(encodingOf(posted.contentType), posted.body)?.message ?? '';
  const message = tidyMessage(`${name}: HTTP ${posted.status}${said === '' ? '' : `: ${said}`}`);
  if (!retryable.has(posted.status)) return { kind: 'rejected', reason: reasons[posted.status] ?? 'failed', message };
  const retryAfterMs = parseRetryAfter(posted.retryAfter, nowMs);
  return {
    kind: 'retryable',
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(posted.status === 429 ? { throttled: true } : {}),
  };
}

function encodingOf(contentType: string): Encoding {
  return contentType.toLowerCase().startsWith('application/json') ? 'json' : 'protobuf';
}
