import type { Delivery, RejectionReason } from '../delivery.ts';
import { overloadRetryAfterMs } from '../limits.ts';
import type { ApiAnswer } from './api.ts';

const statuses: Readonly<Record<RejectionReason, number>> = {
  invalid: 400,
  'too-large': 413,
  unauthenticated: 401,
  forbidden: 403,
  unsupported: 404,
  failed: 500,
};

/** What a client is told about what became of its request. */
export function answerOfDelivery(delivery: Delivery, json: () => unknown): ApiAnswer {
  switch (delivery.kind) {
    case 'accepted':
      return { status: 200, json: json() };
    case 'retryable': {
      const seconds = Math.max(1, Math.ceil((delivery.retryAfterMs ?? overloadRetryAfterMs) / 1_000));
      return { status: 503, headers: { 'retry-after': String(seconds) }, json: { message: delivery.message } };
    }
    case 'rejected':
      return { status: statuses[delivery.reason], json: { message: delivery.message } };
    default:
      return delivery satisfies never;
  }
}
