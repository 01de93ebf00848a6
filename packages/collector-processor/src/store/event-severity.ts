/** Severity numbers of the log events Costspan writes, as OTLP numbers them. A warning says that something has no price. */
export const severity = { info: 9, warning: 13 } as const;
