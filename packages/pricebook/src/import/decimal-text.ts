/**
 * Plain decimal text of a number that a person once wrote as a decimal: the shortest text that reads back as the same
 * number, without exponent. `1e-7` becomes `0.0000001`.
 */
export function decimalText(value: number): string {
  const text = String(value);
  const [digits = '', exponent] = text.split('e');
  if (exponent === undefined) return text;
  const [whole = '', fraction = ''] = digits.split('.');
  const shift = Number(exponent);
  if (shift >= 0) return (whole + fraction.padEnd(shift, '0')).replace(/^(\d+)$/, '$1');
  return `0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}`;
}
