import type { ModelLimit } from '@costspan/pricing';

/** The limits of a call, as a list of models states them. */
export type Sizes = Pick<ModelLimit, 'output_tokens_max' | 'input_tokens_max'>;

/** What a list says about one name of a biller. Names are in lower case. */
export type NamedSizes = {
  readonly provider: string;
  readonly name: string;
  readonly sizes: Sizes;
  /** The page the list took it from, or the list itself. */
  readonly url: string;
};

/** Sizes from two numbers of a list; undefined when neither is a size. Lists write 0 or nothing for what they do not know. */
export function sizesOf(output: unknown, input: unknown): Sizes | undefined {
  if (!isSize(output) && !isSize(input)) return undefined;
  return { ...(isSize(output) && { output_tokens_max: output }), ...(isSize(input) && { input_tokens_max: input }) };
}

const isSize = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

/** Of two accounts of a name the larger: what bounds a cost must not be too low. */
export function largerSizes(left: Sizes, right: Sizes): Sizes {
  const sizes: { output_tokens_max?: number; input_tokens_max?: number } = {};
  for (const key of ['output_tokens_max', 'input_tokens_max'] as const) {
    const known = [left[key], right[key]].filter((size) => size !== undefined);
    if (known.length > 0) sizes[key] = Math.max(...known);
  }
  return sizes;
}
