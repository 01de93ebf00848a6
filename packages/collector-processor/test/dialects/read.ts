import { DIALECTS } from '../../src/dialects/dialects.ts';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { createChooseDialect } from '../../src/stages/choose-dialect.ts';
import { createNormalize, keysOfDialects, type NormalizedSpan } from '../../src/stages/normalize.ts';
import { type SpanSpec, viewOf } from '../stages/spans.ts';

const table = createKeyTable(keysOfDialects(DIALECTS));
const { normalize } = createNormalize(DIALECTS, table);

/** What the processor reads from a span, through every dialect it knows. */
export const read = (spec: SpanSpec): NormalizedSpan | undefined => normalize(viewOf(spec, table));

const choose = createChooseDialect(DIALECTS, table);

/** Identifier and version of the dialect that recognises a span, whether or not it bears cost. */
export const recognise = (spec: SpanSpec): string | undefined => {
  const dialect = choose(viewOf(spec, table));
  return dialect && `${dialect.id}@${dialect.version}`;
};

/** Just the usage a span states, or why there is none. */
export const usageOf = (spec: SpanSpec): unknown => {
  const usage = read(spec)?.usage;
  return usage?.kind === 'ok' ? usage.parts.map((part) => part.usage) : usage;
};
