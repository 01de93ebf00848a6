import type { SpanUsage } from './dialect.ts';

/** Usage whose parts are read under an assumption, where there is one. A part that has one of its own keeps it. */
export const withAssumption = (usage: SpanUsage, assumption: string | undefined): SpanUsage => {
  if (assumption === undefined || usage.kind !== 'ok') return usage;
  return { ...usage, parts: usage.parts.map((part) => ({ assumption, ...part })) };
};
