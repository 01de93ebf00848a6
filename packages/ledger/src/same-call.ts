import type { CostFact } from './decision.ts';

/** Whether two spans can tell one call at all: both a model call, or both a query of one vector database. */
export function isSameKind({ observation: one }: CostFact, { observation: other }: CostFact): boolean {
  if (one.category === 'vector' || other.category === 'vector') {
    return one.category === other.category && one.provider === other.provider && one.provider !== '';
  }
  // Some sources do not tell embeddings from other calls; their models do.
  return one.category === other.category || (one.model !== '' && other.model !== '' && isSameModel(one.model, other.model));
}

/** Whether the models two spans name can be one: equal, or the one asked for beside the dated one that answered. */
export function isSameModel(one: string, other: string): boolean {
  const [short = '', long = ''] = [one, other].map(bareName).sort((left, right) => left.length - right.length);
  return short === '' || (long.startsWith(short) && /^(|[-@:](v?\d.*|latest))$/.test(long.slice(short.length)));
}

/** Without the provider that some sources put before a model. */
function bareName(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase();
}

/** Whether a span says how much its call used. */
export function tellsUsage({ observation }: CostFact): boolean {
  for (const _unit in observation.usage) return true;
  return false;
}

/** Whether two spans state the same tokens, whatever each of them tells apart. */
export function haveSameTokens(one: CostFact, other: CostFact): boolean {
  const { input, output } = tokensOf(one);
  const tokens = tokensOf(other);
  return input + output > 0 && input === tokens.input && output === tokens.output;
}

/**
 * What a span says its call used, as text: input and output alone, because sources differ in what they tell apart within each;
 * everything where there is neither.
 */
export function useText(fact: CostFact): string {
  const { input, output } = tokensOf(fact);
  return input + output > 0 ? `${input} ${output}` : JSON.stringify(Object.entries(fact.observation.usage).sort());
}

/** What a span says its call was given, as text; '' where it says nothing. */
export function inputText(fact: CostFact): string {
  const { input } = tokensOf(fact);
  return input > 0 ? String(input) : '';
}

/** Tokens by direction. Only compared, never priced, so they may be doubles. */
function tokensOf({ observation: { usage } }: CostFact): { readonly input: number; readonly output: number } {
  let [input, output] = [0, 0];
  for (const [unit, count] of Object.entries(usage)) {
    if (unit.startsWith('input_')) input += Number(count);
    else if (unit.startsWith('output_')) output += Number(count);
  }
  return { input, output };
}

/** Whether two spans carry different ids of the answer. */
export function haveDifferentIds({ observation: one }: CostFact, { observation: other }: CostFact): boolean {
  return one.callId !== undefined && other.callId !== undefined && one.callId !== other.callId;
}
