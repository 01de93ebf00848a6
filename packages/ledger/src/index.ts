export type { Entry } from './entry.ts';
export type { CostRecord } from './record.ts';
export type { ItemKey, Observation, Outcome, SpanFact, SpanRole } from './span-fact.ts';
