import { randomUUID } from 'node:crypto';

/** Keys of tokens: the first signs, and all are accepted. */
export type SigningKeys = {
  readonly keys: readonly string[];
  readonly signing: string;
  /** Whether the key is one of this process alone, because none was given: other processes cannot use its tokens. */
  readonly isOwn: boolean;
};

/** The configured keys, or a random one of this process. */
export const signingKeysOf = (configured: readonly string[]): SigningKeys => {
  const own = randomUUID();
  const [first] = configured;
  return first === undefined ? { keys: [own], signing: own, isOwn: true } : { keys: configured, signing: first, isOwn: false };
};
