import type { CompiledBook } from './compiled-book.ts';
import { contents } from './compiled-book.ts';
import type { CompiledLimit } from './compiled-limit.ts';
import { isInForce } from './compiled-row.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';
import { namesOf } from './model-names.ts';
import { compiledRowsOf, type MatchRows, matchesOf } from './name-index.ts';
import { placeLimits } from './place-limits.ts';
import type { PriceRequest } from './price-request.ts';
import { catalogIdOf } from './provider-names.ts';
import type { Reason } from './reasons.ts';

/** The largest call of a model, as far as the books know. A limit that no book states is absent: unknown is not infinite, nor zero. */
export type ModelLimits = {
  /** Output tokens of one call at most, reasoning included. */
  readonly outputTokensMax?: number;
  /** Input tokens of one call at most, caches included. */
  readonly inputTokensMax?: number;
  /** Why a limit is an estimate; absent when neither is. */
  readonly reason?: Reason;
};

/**
 * How large a call of a model can be at an instant. Names are matched as for prices: layers, exact before prefix before
 * pattern, a dated snapshot nobody lists as the undated model, a fine-tune never as its base. Of patterns of the same
 * weight the larger limit is taken, because what bounds a cost must not be too low.
 */
export const modelLimits = (query: Pick<PriceRequest, 'atMs' | 'provider' | 'model'>, book: CompiledBook): ModelLimits => {
  const { provider, model, atMs } = query;
  if (Math.max(provider.length, model.length) > NAME_CHARACTERS_MAX) return NO_LIMITS;
  const { providers, pendingLimits } = book[contents];
  // Their maker has checked them; against a limit of another book of the layer the larger is taken.
  for (const { limits, origin } of pendingLimits.splice(0)) placeLimits(limits(), origin, providers, () => {});
  const id = providers.has(provider) ? provider : catalogIdOf(provider);
  const index = providers.get(id);
  if (index === undefined) return NO_LIMITS;
  const { names, isFineTune } = namesOf(model, id);
  for (const name of names) {
    const stated = matchesOf(index, name, isFineTune).flatMap((rows) => limitsOf(rows, atMs));
    const limits = largestOfBest(stated);
    if (limits !== NO_LIMITS) return name.isSnapshotFallback ? { ...limits, reason: 'snapshot-unknown' } : limits;
  }
  return NO_LIMITS;
};

const NO_LIMITS: ModelLimits = {};

type Stated = CompiledLimit & { readonly matchRank: number };

/** The limits of a match in force: its entries, and what its price rows say by the way. */
const limitsOf = (rows: MatchRows, atMs: number): readonly Stated[] => {
  const matchRank = rows.match.rank;
  const entries = rows.limits.filter((limit) => isInForce(limit, atMs)).map((limit) => ({ ...limit, matchRank }));
  const ofRows = compiledRowsOf(rows).filter((row) => row.outputTokensMax !== undefined && isInForce(row, atMs));
  return [...entries, ...ofRows.map((row) => ({ ...row, inputTokensMax: undefined, matchRank }))];
};

const largestOfBest = (stated: readonly Stated[]): ModelLimits => {
  const outputTokensMax = best(stated, 'outputTokensMax');
  const inputTokensMax = best(stated, 'inputTokensMax');
  if (outputTokensMax === undefined && inputTokensMax === undefined) return NO_LIMITS;
  return {
    ...(outputTokensMax === undefined ? {} : { outputTokensMax }),
    ...(inputTokensMax === undefined ? {} : { inputTokensMax }),
  };
};

/** Highest layer, then nearest match, then latest start; then the larger. */
const best = (stated: readonly Stated[], key: 'outputTokensMax' | 'inputTokensMax'): number | undefined =>
  stated
    .filter((limit) => limit[key] !== undefined)
    .toSorted(
      (a, b) => b.layerRank - a.layerRank || b.matchRank - a.matchRank || b.fromMs - a.fromMs || (b[key] ?? 0) - (a[key] ?? 0),
    )[0]?.[key];
