import { type CompiledMatch, compileMatch, compileValidity, isInForce, layerRankOf, type Validity } from './compiled-row.ts';
import type { CallOutcome, OutcomeRule, PriceBook, ShelvedBook } from './price-book.ts';
import type { PriceRequest } from './price-request.ts';
import { catalogIdOf } from './provider-names.ts';

/** A rule for calls that did not end well, ready to be chosen. */
export type CompiledOutcome = Validity & {
  readonly id: string;
  readonly layerRank: number;
  readonly provider: string | undefined;
  readonly match: CompiledMatch | undefined;
  readonly outcome: CallOutcome;
  readonly outputAtMost: number;
  readonly billed: OutcomeRule['billed'];
};

/** The rules of all books, the one to be chosen first in front: layer, then match, provider, output, start. */
export const compileOutcomes = (books: readonly (PriceBook | ShelvedBook)[]): readonly CompiledOutcome[] =>
  books
    .flatMap((book) => (book.outcomes ?? []).map((rule) => compileOutcome(rule, layerRankOf(book))))
    .sort(
      (a, b) =>
        b.layerRank - a.layerRank ||
        (b.match?.rank ?? -1) - (a.match?.rank ?? -1) ||
        Number(b.provider !== undefined) - Number(a.provider !== undefined) ||
        a.outputAtMost - b.outputAtMost ||
        (a.fromMs === b.fromMs ? (a.id < b.id ? -1 : 1) : a.fromMs < b.fromMs ? 1 : -1),
    );

const compileOutcome = (rule: OutcomeRule, layerRank: number): CompiledOutcome => ({
  ...compileValidity(rule),
  id: rule.id,
  layerRank,
  provider: rule.provider === undefined ? undefined : catalogIdOf(rule.provider),
  match: rule.match === undefined ? undefined : compileMatch(rule.match),
  outcome: rule.outcome,
  outputAtMost: rule.output_at_most ?? Number.POSITIVE_INFINITY,
  billed: rule.billed,
});

/** What is billed for a request, by the first rule that holds; `usage` without a rule. `rules` are those of its names. */
export const billedFor = (request: PriceRequest, rules: readonly CompiledOutcome[]): OutcomeRule['billed'] => {
  const { outcome, atMs } = request;
  const holds = (rule: CompiledOutcome): boolean =>
    rule.outcome === outcome && isInForce(rule, atMs) && outputTokensOf(request) <= rule.outputAtMost;
  return rules.find(holds)?.billed ?? 'usage';
};

/** Output tokens of all kinds. Counts that cannot be are refused elsewhere. */
const outputTokensOf = ({ usage }: PriceRequest): number =>
  Object.entries(usage).reduce(
    (sum, [unit, count]) => (unit.startsWith('output_') && unit.endsWith('_tokens') ? sum + Number(count) : sum),
    0,
  );
