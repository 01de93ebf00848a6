/**
 * What became of a request, named by what the sender must do next.
 *
 * - `accepted`: nothing; it is safe with us.
 * - `retryable`: send it again after the delay; nothing of it was kept.
 * - `rejected`: do not send it again; nothing of it was kept.
 */
export type Delivery =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'retryable'; readonly message: string; readonly retryAfterMs?: number }
  | {
      readonly kind: 'rejected';
      readonly reason: 'invalid' | 'too-large' | 'unauthenticated' | 'unsupported';
      readonly message: string;
    };
