const prefix = 'received/';

/**
 * The name of a trace in the file as other ledgers decided it: a row of its own, so that what this ledger decides about the
 * same trace from spans stays apart.
 */
export function receivedTrace(traceId: string): string {
  return `${prefix}${traceId}`;
}

/** Whether other ledgers decided a trace, by its name in the file. */
export function isReceivedTrace(name: string): boolean {
  return name.startsWith(prefix);
}

/** The id of a trace from its name in the file. */
export function traceIdOf(name: string): string {
  return isReceivedTrace(name) ? name.slice(prefix.length) : name;
}
