import { type Changes, createChanges } from '../time/changes.ts';
import { addUsage, type FakeRequest, type FakeUsage } from './script.ts';

/** One HTTP attempt as the server saw it. The log is live: fields change while the attempt runs. */
export type FakeAttempt = {
  readonly request: FakeRequest;
  /** When the request had arrived, Unix milliseconds. */
  readonly atMs: number;
  /** What the client says in `x-stainless-retry-count`: 0 for the first try. Absent: it says nothing. */
  readonly retryCount?: number;
  /** Absent until headers are sent. */
  readonly status?: number;
  /** Model the answer names, or the one asked for. */
  readonly model: string;
  /** What the provider counts and bills; absent when it bills nothing. */
  readonly usage?: FakeUsage;
  /** The usage object as it went over the wire. */
  readonly rawUsage?: unknown;
  /** Whether the client was told: the part of the body that carries the usage has been sent. */
  readonly usageSent: boolean;
  readonly responseId?: string;
  /** Events sent so far; 0 for a plain answer. */
  readonly eventsSent: number;
  /** How it ended: the whole body was sent, the server cut it, or the client left before the end. Absent: still running. */
  readonly ending?: 'complete' | 'cut' | 'client-left';
};

/** The same attempt, for whoever answers it. */
export type OpenAttempt = { -readonly [Field in keyof FakeAttempt]: FakeAttempt[Field] };

/** All attempts of one server. */
export type AttemptLog = {
  readonly attempts: readonly FakeAttempt[];
  readonly open: (request: FakeRequest) => OpenAttempt;
  readonly changes: Changes;
  readonly usageByModel: (wanted?: (attempt: FakeAttempt) => boolean) => Readonly<Record<string, FakeUsage>>;
};

/** An empty log. */
export function createAttemptLog(): AttemptLog {
  const attempts: OpenAttempt[] = [];
  const changes = createChanges();
  return {
    attempts,
    changes,
    open: (request) => {
      const retryCount = request.headers['x-stainless-retry-count'];
      const attempt: OpenAttempt = {
        request,
        atMs: Date.now(),
        model: request.model,
        usageSent: false,
        eventsSent: 0,
        ...(retryCount === undefined ? {} : { retryCount: Number(retryCount) }),
      };
      attempts.push(attempt);
      changes.announce();
      return attempt;
    },
    usageByModel: (wanted = () => true) => {
      const totals: Record<string, FakeUsage> = {};
      for (const attempt of attempts) {
        if (attempt.usage === undefined || !wanted(attempt)) continue;
        totals[attempt.model] = addUsage(totals[attempt.model] ?? {}, attempt.usage);
      }
      return totals;
    },
  };
}
