import {
  type ComparedCost,
  decimalToAtto,
  formatAtto,
  type LineStatus,
  parseDecimal,
  type Receipt,
  type ReceiptLine,
} from '@costspan/pricing';
import type { PriceQuestion } from './price-question.ts';

/** A line of an answer, in the words of the command. */
export type AnswerLine = {
  readonly unit: string;
  readonly quantity: string;
  readonly price_id?: string;
  readonly amount?: string;
  readonly per?: string;
  readonly factor?: string;
  readonly cost?: string;
  readonly low?: string;
  readonly high?: string;
  readonly status: LineStatus;
  readonly reason?: string;
  readonly layer?: string;
  readonly kind?: 'discount';
  readonly measured?: string;
  readonly native?: {
    readonly currency: string;
    readonly cost: string;
    readonly rate: string;
    readonly rate_date: string;
    readonly rate_source: string;
  };
};

/** The figure that was not taken, in the words of the command. */
export type AnswerCompared = Omit<ComparedCost, 'lines'> & { readonly lines: readonly AnswerLine[] };

/** One line of output of `costspan price`; documented in docs/reference/price-command.md. */
export type PriceAnswer = {
  readonly id?: string | number;
  readonly status: LineStatus;
  readonly complete: boolean;
  readonly source: Receipt['source'];
  readonly currency: string;
  readonly amount: string;
  readonly low?: string;
  readonly high?: string;
  readonly lines: readonly AnswerLine[];
  readonly reasons: readonly string[];
  /** What is wrong with a raw usage object that could not be read. */
  readonly problem?: string;
  readonly compared?: AnswerCompared;
  readonly book: { readonly version: string; readonly sha256: string };
};

/** The answer to a question, from its receipt. */
export function answerOf({ id, problem }: Pick<PriceQuestion, 'id' | 'problem'>, receipt: Receipt): PriceAnswer {
  const { status, complete, source, currency, amount, reasons, compared, book } = receipt;
  const lines = receipt.lines.map(answerLine);
  const isBounded = lines.some(({ low }) => low !== undefined);
  return {
    ...(id !== undefined && { id }),
    status,
    complete,
    source,
    currency,
    amount,
    ...(isBounded && {
      low: sum(lines.map((line) => line.low ?? line.cost ?? '0')),
      high: sum(lines.map((line) => line.high ?? line.cost ?? '0')),
    }),
    lines,
    reasons,
    ...(problem !== undefined && { problem }),
    ...(compared !== undefined && { compared: { ...compared, lines: compared.lines.map(answerLine) } }),
    book,
  };
}

/** Exact sum of decimal texts that have at most 18 decimals. */
function sum(amounts: readonly string[]): string {
  return formatAtto(
    amounts.map((amount) => decimalToAtto(parseDecimal(amount) ?? ZERO)).reduce((total, one) => total + one, ZERO.coefficient),
  );
}

const ZERO = parseDecimal('0') as NonNullable<ReturnType<typeof parseDecimal>>;

function answerLine({ priceId, native, ...line }: ReceiptLine): AnswerLine {
  const { unit, quantity, ...rest } = line;
  return {
    unit,
    quantity,
    ...(priceId !== undefined && { price_id: priceId }),
    ...rest,
    ...(native !== undefined && {
      native: {
        currency: native.currency,
        cost: native.cost,
        rate: native.rate,
        rate_date: native.rateDate,
        rate_source: native.rateSource,
      },
    }),
  };
}
