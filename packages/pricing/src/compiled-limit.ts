import { compileValidity, type Validity } from './compiled-row.ts';
import type { ModelLimit } from './price-book.ts';

/** The limits of a match, ready to be chosen. */
export type CompiledLimit = Validity & {
  readonly layerRank: number;
  readonly outputTokensMax: number | undefined;
  readonly inputTokensMax: number | undefined;
};

/** An entry of `limits`, compiled. */
export const compileLimit = (limit: ModelLimit, layerRank: number): CompiledLimit => ({
  ...compileValidity(limit),
  layerRank,
  outputTokensMax: limit.output_tokens_max,
  inputTokensMax: limit.input_tokens_max,
});

/** Whether two limits of the same match are in force at some common time with nothing to choose between them. */
export const isTied = (a: CompiledLimit, b: CompiledLimit): boolean =>
  a.layerRank === b.layerRank && a.fromMs === b.fromMs && a.fromMs < b.toMs && b.fromMs < a.toMs;
