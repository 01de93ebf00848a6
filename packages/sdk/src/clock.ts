let lastNs = 0n;

/** Unix nanoseconds, greater than at every earlier call of this process, so that of two outcomes the later one wins. */
export const nextInstantNs = (): bigint => {
  const nowNs = BigInt(Date.now()) * 1_000_000n;
  lastNs = nowNs > lastNs ? nowNs : lastNs + 1n;
  return lastNs;
};
