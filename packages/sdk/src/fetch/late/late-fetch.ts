import { lateResultsPerFlushMax } from '../../limits.ts';
import { createAnswerObserver } from '../answer-observer.ts';
import type { Answer } from '../apis/api-type.ts';
import { observeResponse } from '../body/observed-response.ts';
import type { BodyObserver } from '../body/passage.ts';
import type { LateSource } from './late-result.ts';
import type { LateReader, LateResults } from './late-results.ts';
import { createLinesReader } from './lines-reader.ts';

/** What reading results needs to know. */
export type LateReading = LateReader & {
  readonly source: LateSource;
  readonly results: LateResults;
  /** Sends the spans that wait, so that a batch of any size passes through a queue that has a bound. */
  readonly flush: () => Promise<void>;
};

/** The response for the host, of which each result is reported as it passes. */
export const readLateResults = (response: Response, reading: LateReading): Response => {
  const { body } = response;
  if (!response.ok || body === null || typeof body.getReader !== 'function') return response;
  const { lines } = reading.source;
  if (lines !== undefined)
    return observeResponse(response, body, { observer: observeLines(lines, reading), onExit: () => undefined });
  const observer = createAnswerObserver(reading.source.api, response.headers.get('content-type') ?? '', {
    wasAsked: false,
    hasOwnBytes: false,
  });
  return observeResponse(response, body, { observer, onExit: () => reportOne(observer.answer(), reading) });
};

const reportOne = (answer: Answer, reading: LateReading): void => {
  // Any response can be read again; only those of the background are charged by it, and only when they are done.
  if (answer.isBackground !== true || answer.rawUsage === undefined || answer.id === undefined) return;
  reading.results.report({ api: reading.source.api, id: answer.id, answer }, reading);
};

const observeLines = ({ keep, read }: NonNullable<LateSource['lines']>, reading: LateReading): BodyObserver => {
  const { results, flush } = reading;
  let unsent = 0;
  const lines = createLinesReader(keep, (kept) => {
    const result = read(kept);
    if (result !== undefined && results.report(result, reading)) unsent += 1;
  });
  return {
    piece: (bytes) => {
      lines.feed(bytes);
      return bytes;
    },
    end: () => {
      lines.end();
      return undefined;
    },
    release: () => undefined,
    settle: () => {
      if (unsent < lateResultsPerFlushMax) return undefined;
      unsent = 0;
      return flush();
    },
  };
};
