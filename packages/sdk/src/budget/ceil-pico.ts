import { parsePico } from '@costspan/pricing';

/** Pico units of decimal text that may be finer, rounded up: what bounds a cost must not be too low. */
export const ceilPico = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.split('.');
  const pico = parsePico(`${whole}.${fraction.slice(0, 12).padEnd(12, '0')}`) ?? 0n;
  return /[1-9]/.test(fraction.slice(12)) ? pico + 1n : pico;
};
