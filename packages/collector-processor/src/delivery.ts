/** Items of a request that were not taken although the request was. They are never sent again. */
export type PartialSuccess = {
  /** Spans, log records or data points. 0 with a message is a warning. */
  readonly rejectedCount: number;
  readonly message: string;
};

/** Why a request must not be sent again. `failed`: a destination refused it for good without saying more. */
export type RejectionReason = 'invalid' | 'too-large' | 'unauthenticated' | 'forbidden' | 'unsupported' | 'failed';

/**
 * What became of a request, named by what the sender must do next.
 *
 * - `accepted`: nothing; it is safe with us.
 * - `retryable`: send it again after the delay; nothing of it was kept.
 * - `rejected`: do not send it again; nothing of it was kept.
 */
export type Delivery =
  | { readonly kind: 'accepted'; readonly partial?: PartialSuccess }
  | {
      readonly kind: 'retryable';
      readonly message: string;
      readonly retryAfterMs?: number;
      /** True when the receiver limits this sender's rate, rather than being unable to work. */
      readonly throttled?: boolean;
    }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason; readonly message: string };
