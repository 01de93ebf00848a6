import { errorCharactersMax, exportFailureIntervalMs, spanQueueMax } from '../limits.ts';

/** What became of the spans that were to be exported. */
export type ExportCounts = {
  readonly exported: number;
  /** Spans the endpoint did not take, after the exporter's own retries. */
  readonly failed: number;
  /** Spans that found `spanQueueMax` others waiting. */
  readonly dropped: number;
  /** Why the last export failed. */
  readonly lastError?: string;
};

/** Counts what is exported and what is lost, and says on standard error that something is. */
export type ExportHealth = {
  readonly counts: () => ExportCounts;
  readonly exported: (spans: number) => void;
  readonly failed: (spans: number, error: unknown) => void;
  readonly dropped: () => void;
};

/**
 * Nothing counted yet. Lost cost must not go unseen where nobody set up OpenTelemetry's own log: the first loss is one
 * line at once, later ones at most one line each `exportFailureIntervalMs`.
 */
export const createExportHealth = (
  where: string,
  write: (line: string) => void = (line) => void process.stderr.write(line),
  nowMs: () => number = Date.now,
): ExportHealth => {
  const counts = { exported: 0, failed: 0, dropped: 0 };
  let lastError: string | undefined;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  const say = (): void => {
    if (nowMs() - saidAtMs < exportFailureIntervalMs) return;
    saidAtMs = nowMs();
    write(`costspan: ${describeLoss({ ...counts, ...(lastError !== undefined && { lastError }) }, where)}\n`);
  };
  return {
    counts: () => ({ ...counts, ...(lastError !== undefined && { lastError }) }),
    exported: (spans) => {
      counts.exported += spans;
    },
    failed: (spans, error) => {
      counts.failed += spans;
      lastError = shortText(error);
      say();
    },
    dropped: () => {
      counts.dropped += 1;
      say();
    },
  };
};

/** What was lost and what to do about it, in one line. */
export const describeLoss = ({ failed, dropped, lastError }: ExportCounts, where: string): string => {
  const refused = failed === 0 ? [] : [`spans that could not be sent: ${failed} (${lastError ?? 'no reason given'})`];
  const late = dropped === 0 ? [] : [`spans dropped because ${spanQueueMax} others waited: ${dropped}`];
  return `export to ${where}: ${[...refused, ...late].join(', ')}; their cost is in no record: check that the processor runs there`;
};

const shortText = (error: unknown): string => {
  const text = error instanceof Error ? error.message || error.name : String(error ?? 'no reason given');
  return text.replaceAll(/\s+/g, ' ').slice(0, errorCharactersMax);
};
