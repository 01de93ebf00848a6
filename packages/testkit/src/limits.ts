/** Largest request body a fake server reads, in bytes: what the OTLP specification suggests receivers accept at least, doubled. */
export const requestBodyBytesMax: number = 32 * 1024 * 1024;

/** How long a wait lasts before it fails, in milliseconds: far above anything local, far below a test's own limit. */
export const waitTimeoutMsDefault: number = 10_000;

/** Pause between two looks at a condition that announces nothing, in milliseconds. */
export const pollIntervalMs: number = 5;
