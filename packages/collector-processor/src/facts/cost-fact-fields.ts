/** Bytes of where a span stands, trace id, span id, parent's id, start and end as on the wire. */
export const placeBytes = 48;

/** Bytes of the identity of an entry. */
export const entryIdBytes = 16;

/** Parts a cost-bearing fact may have. */
export const hasPart = {
  callId: 1,
  attempt: 2,
  agent: 4,
  requestId: 8,
  apiKeyFingerprint: 16,
  human: 32,
  waste: 64,
  complete: 128,
  compared: 256,
  bounds: 512,
  serviceTier: 1024,
  region: 2048,
  repriced: 4096,
} as const;

/** Parts a line of a receipt may have. */
export const lineHas = {
  priceId: 1,
  amount: 2,
  per: 4,
  factor: 8,
  cost: 16,
  low: 32,
  high: 64,
  reason: 128,
  layer: 256,
  discount: 512,
  measured: 1024,
  native: 2048,
} as const;

/** Whether an attempt is billed, by number. */
export const billables = ['yes', 'no', 'possible'] as const;
