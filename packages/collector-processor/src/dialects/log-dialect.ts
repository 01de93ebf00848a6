import type { Dialect } from './dialect.ts';

/**
 * One way in which sources tell the usage of a call in a log event. The event is read like a span: its name is the name of the
 * event, and of several calls in one event nothing can be told.
 */
export type LogDialect = Dialect & {
  /** Keys that together tell an event from every other one, so that one that is sent again counts once. */
  readonly identity: readonly string[];
  /** Key of how long the call took, in milliseconds: events are written at its end. */
  readonly durationMs?: string;
};
