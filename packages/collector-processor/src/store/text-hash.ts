/** A whole number below 2^53 that is the same for equal texts and rarely for others: for finding, not for telling apart. */
export function textHash(text: string): number {
  let [low, high] = [0x9e37_79b1, 0x85eb_ca6b];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x2c1b_3c6d);
    high = Math.imul(high ^ unit, 0x297a_2d39);
  }
  low ^= high >>> 15;
  high ^= low >>> 13;
  return (high & 0x1f_ffff) * 2 ** 32 + (low >>> 0);
}
