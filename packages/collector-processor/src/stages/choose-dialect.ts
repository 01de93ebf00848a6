import type { Dialect } from '../dialects/dialect.ts';
import type { KeyTable, SpanView } from '../otlp/span-view.ts';
import { createCandidatesOf, firstFitting } from './signatures.ts';

/** Finds the dialect that reads a span: the first whose signature fits. */
export type ChooseDialect = (span: SpanView) => Dialect | undefined;

/** Builds the choice among these dialects, in this order. */
export const createChooseDialect = (dialects: readonly Dialect[], table: KeyTable): ChooseDialect => {
  const candidatesOf = createCandidatesOf(dialects, table);
  return (span) => firstFitting(candidatesOf(span).all, span);
};
