import { formatPicoFixed } from './allocate.ts';

/** Currencies whose minor unit is not a hundredth (ISO 4217, amendment 176): digits after the point. */
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    BHD: 3,
    BIF: 0,
    CLF: 4,
    CLP: 0,
    DJF: 0,
    GNF: 0,
    IQD: 3,
    ISK: 0,
    JOD: 3,
    JPY: 0,
    KMF: 0,
    KRW: 0,
    KWD: 3,
    LYD: 3,
    OMR: 3,
    PYG: 0,
    RWF: 0,
    TND: 3,
    UGX: 0,
    UYI: 0,
    UYW: 4,
    VND: 0,
    VUV: 0,
    XAF: 0,
    XOF: 0,
    XPF: 0,
  }),
);

const DEFAULT_MINOR_DIGITS = 2;

/** Digits after the point in which a currency is paid: 2 for USD, 0 for JPY, 3 for KWD. */
export const minorDigitsOf = (currency: string): number => MINOR_DIGITS.get(currency) ?? DEFAULT_MINOR_DIGITS;

/**
 * An amount for people, rounded half-even: `820000000000n` in USD is "0.82 USD". `digits` (0 to 12) default to the minor
 * unit of the currency. Never calculate with it.
 */
export const formatMoney = (pico: bigint, currency: string, digits: number = minorDigitsOf(currency)): string =>
  `${formatPicoFixed(pico, digits)} ${currency}`;
