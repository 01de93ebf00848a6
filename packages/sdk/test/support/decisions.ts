import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** The decisions of budgets on some spans, one line each: decision, scope, amount, committed, reserved, reason. */
export const decisionsOf = (spans: readonly ReadableSpan[]): readonly string[] =>
  spans
    .flatMap(({ events }) => events)
    .filter(({ name }) => name === 'costspan.budget')
    .map(({ attributes = {} }) =>
      ['decision', 'scope', 'amount', 'committed', 'reserved', 'reason']
        .map((field) => attributes[`costspan.budget.${field}`])
        .filter((value) => value !== undefined)
        .join(' '),
    );
