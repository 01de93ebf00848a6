import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Delivery, RejectionReason } from '../../delivery.ts';
import { retryAfterMsMax } from '../../limits.ts';
import { tidyMessage } from '../../logger.ts';

/** Reads `google.rpc.Status` in its binary form. */
export type ReadStatus = (body: Uint8Array) => { readonly retryDelayMs?: number } | undefined;

/** The codes the OTLP specification lets a client repeat a request after. Every other failure is final. */
const retryable: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const reasons: Readonly<Record<number, RejectionReason>> = {
  [status.INVALID_ARGUMENT]: 'invalid',
  [status.UNAUTHENTICATED]: 'unauthenticated',
  [status.PERMISSION_DENIED]: 'forbidden',
  [status.UNIMPLEMENTED]: 'unsupported',
  // Without RetryInfo it means that this request can never be taken.
  [status.RESOURCE_EXHAUSTED]: 'too-large',
};

/** What a failed attempt means for the request. `name` is the destination. */
export function interpretError(error: ServiceError, name: string, readStatus: ReadStatus): Delivery {
  const message = tidyMessage(`${name}: gRPC ${status[error.code]}${error.details === '' ? '' : `: ${error.details}`}`);
  const retryAfterMs = retryDelayOf(error.metadata, readStatus);
  const throttled = error.code === status.RESOURCE_EXHAUSTED && retryAfterMs !== undefined;
  if (!throttled && !retryable.has(error.code)) return { kind: 'rejected', reason: reasons[error.code] ?? 'failed', message };
  return {
    kind: 'retryable',
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(throttled ? { throttled } : {}),
  };
}

/** `RetryInfo` of the details that came with a status. */
function retryDelayOf(metadata: Metadata | undefined, readStatus: ReadStatus): number | undefined {
  const details = metadata?.get('grpc-status-details-bin')[0];
  const delayMs = Buffer.isBuffer(details) ? readStatus(details)?.retryDelayMs : undefined;
  return delayMs === undefined ? undefined : Math.min(retryAfterMsMax, delayMs);
}
