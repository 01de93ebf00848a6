/** The earlier of two instants. */
export function earlierNs(left: bigint, right: bigint): bigint {
  if (left < right) return left;
  return right;
}

/** The later of two instants. */
export function laterNs(left: bigint, right: bigint): bigint {
  if (left > right) return left;
  return right;
}
