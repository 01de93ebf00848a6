import type { FieldType } from '../messages/message.ts';

/** Bounds of the integer types, both included. */
const ranges: Readonly<Partial<Record<FieldType, readonly [min: bigint, max: bigint]>>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  enum: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/** True when the integer type can hold the value. */
export function isInRange(type: FieldType, value: bigint): boolean {
  const range = ranges[type];
  return range !== undefined && value >= range[0] && value <= range[1];
}

/** No 64-bit integer needs more characters, even spelled with an exponent and spare zeros. */
const integerTextUnitsMax = 64;

const integerPattern = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Decimal digits that always fit a double exactly. */
const safeDigits = 15;

/** The integer a JSON number or string spells, exactly: `1e3` and `10.0` are integers, `1.5` is not: undefined. */
export function parseInteger(text: string): number | bigint | undefined {
  if (isDigits(text)) return text.length <= safeDigits ? Number(text) : BigInt(text);
  return parseUnusualInteger(text);
}

function isDigits(text: string): boolean {
  if (text.length === 0 || text.length > integerTextUnitsMax) return false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

/** With a sign, a fraction of zeros or an exponent. */
function parseUnusualInteger(text: string): bigint | undefined {
  const match = text.length <= integerTextUnitsMax ? integerPattern.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const shift = Number(exponent) - fraction.length;
  const digits = `${whole}${fraction}`;
  if (shift > integerTextUnitsMax) return undefined;
  const magnitude = shift >= 0 ? digits.padEnd(digits.length + shift, '0') : dropZeros(digits, -shift);
  return magnitude === undefined ? undefined : BigInt(`${sign}${magnitude}`);
}

/** The digits without their last `count`, which must all be zeros. */
function dropZeros(digits: string, count: number): string | undefined {
  const kept = digits.slice(0, Math.max(digits.length - count, 0));
  return /[^0]/.test(digits.slice(kept.length)) ? undefined : kept || '0';
}

/** Integers a double cannot hold, kept exact: a reviver for `JSON.parse` that makes them bigints. JSON itself has no bigint. */
export function reviveExactIntegers(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return parseInteger(context.source ?? '') ?? value;
}
