/** What a gate asks a person to approve. Plain JSON: send it to a web hook, a chat, a queue, a form. */
export type ApprovalRequest = {
  readonly id: string;
  /** Decides about the request: `costspan.approval.grant(token)` or `deny(token)`, in any process that has the key. */
  readonly token: string;
  readonly budget: string;
  /** What the budget counts, such as `item` or `agent researcher`. */
  readonly scope: string;
  readonly item: { readonly tenant?: string; readonly type: string; readonly id: string };
  readonly agent?: string;
  /** Role of the person who decides; the price book has its rate. */
  readonly role: string;
  readonly currency: string;
  /** Decimal text: spent, set aside for calls under way, and what the call that waits may cost. */
  readonly committed: string;
  readonly reserved: string;
  readonly wanted: string;
  /** Decimal text; absent of a gate in time. */
  readonly gate?: string;
  readonly hard?: string;
  readonly elapsedMs: number;
  readonly gateMs?: number;
  readonly hardMs?: number;
  /** ISO 8601. After `expiresAt` the request counts as denied. */
  readonly requestedAt: string;
  readonly expiresAt: string;
};
