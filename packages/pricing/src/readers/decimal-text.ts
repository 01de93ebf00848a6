/**
 * A non-negative decimal as plain text without exponent, exactly as a JSON document wrote the number; undefined when the
 * value is no such number. `decimalText(2.53e-5)` is `"0.0000253"`. Largest value: 2^53 - 1.
 */
export const decimalText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return /^\d{1,16}(\.\d{1,30})?$/.test(value) ? value : undefined;
  if (typeof value !== 'number' || !(value >= 0) || value > Number.MAX_SAFE_INTEGER) return undefined;
  // The shortest text that reads back as the same double is the text a sender with up to 15 digits wrote.
  const [digits, exponent] = String(value).split('e-');
  if (digits === undefined || exponent === undefined) return String(value);
  const [whole, fraction = ''] = digits.split('.');
  return `0.${'0'.repeat(Number(exponent) - 1)}${whole}${fraction}`;
};
