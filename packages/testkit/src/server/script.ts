import type { KnownUnit } from '@costspan/semconv';

/** Disjoint counts by unit of what one answer used: no unit includes another, whatever the provider's own format does. */
export type FakeUsage = Readonly<Partial<Record<KnownUnit, number>>>;

/** What a model answers. Everything has a default: a short text, and counts that follow from the lengths of prompt and text. */
export type FakeReply = {
  readonly text?: string;
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }[];
  /** What the provider counts and bills, told in the provider's own format. */
  readonly usage?: FakeUsage;
  /** Replaces the usage object on the wire; `absent` leaves it out. `usage` still says what is billed. */
  readonly rawUsage?: Readonly<Record<string, unknown>> | 'absent';
  /** Model the answer names. Default: the one asked for. */
  readonly model?: string;
  /** Tier the provider served. Default: the provider's standard tier. */
  readonly serviceTier?: string;
  /** Geography the call was served from; Anthropic only. Default: none named. */
  readonly inferenceGeo?: string;
  /** Default: a new one. */
  readonly responseId?: string;
};

/** How a streamed answer travels. Default: all of it, without pauses. */
export type StreamCourse = {
  /** Pause before each event, in milliseconds. */
  readonly pauseMs?: number;
  /** Breaks the connection after so many events. */
  readonly cutAfterEvents?: number;
  /** Sends so many events and then nothing, until the client leaves or the server closes. */
  readonly holdAfterEvents?: number;
  /** Sends so many events and then the provider's error event, as an overloaded provider does. */
  readonly failAfterEvents?: number;
};

/** What happens to one HTTP attempt. `{}` answers with all defaults. */
export type FakeStep =
  | { readonly reply?: FakeReply; readonly stream?: StreamCourse; readonly headers?: Readonly<Record<string, string>> }
  | {
      /** HTTP status of 400 or more, answered in the provider's error format. */
      readonly status: number;
      /** Tells the client how long to wait before it tries again, in milliseconds. Default: nothing. */
      readonly retryAfterMs?: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      /** Stays silent until the client leaves: before any header, or after the headers and half a body. */
      readonly hang: 'before-headers' | 'after-headers';
      /** What the provider bills although nobody was told. Default: nothing. */
      readonly usage?: FakeUsage;
    };

/** One request as a script sees it. */
export type FakeRequest = {
  /** Position in the server's log, from 1. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON body; empty when there was none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Model asked for; empty where the endpoint has none. */
  readonly model: string;
  /** Every string of the prompt, joined by line breaks: where scripts look for markers. */
  readonly text: string;
};

/** A queue of steps taken one per attempt, or a function of the request. Beyond the end, or on `undefined`: all defaults. */
export type FakeScript = readonly FakeStep[] | ((request: FakeRequest) => FakeStep | undefined);

/** One step after another for every request whose text contains `marker` (and whose model is `model`, if given). */
export type ScriptRule = { readonly marker: string; readonly model?: string; readonly steps: readonly FakeStep[] };

/** A script of rules: the first rule that fits and still has steps gives the next one, so that items may run in any order. */
export function scriptByMarker(rules: readonly ScriptRule[]): (request: FakeRequest) => FakeStep | undefined {
  const queues = rules.map((rule) => ({ ...rule, steps: [...rule.steps] }));
  return (request) =>
    queues
      .find(
        ({ marker, model, steps }) =>
          steps.length > 0 && request.text.includes(marker) && (model === undefined || model === request.model),
      )
      ?.steps.shift();
}

/** Adds the counts of `usage` to `total` and returns the sum; neither is changed. */
export function addUsage(total: FakeUsage, usage: FakeUsage): FakeUsage {
  const sum: Record<string, number> = { ...total };
  for (const [unit, count] of Object.entries(usage)) sum[unit] = (sum[unit] ?? 0) + count;
  return sum;
}

/** The count of each wanted unit, 0 where absent. Throws when `usage` has a unit that `format` cannot express. */
export function unitsOf<U extends KnownUnit>(usage: FakeUsage, format: string, units: readonly U[]): Record<U, number> {
  const known: readonly string[] = units;
  for (const unit of Object.keys(usage)) {
    if (!known.includes(unit)) throw new Error(`${format}: usage: cannot express ${unit}; it knows ${units.join(', ')}`);
  }
  return Object.fromEntries(units.map((unit) => [unit, usage[unit] ?? 0])) as Record<U, number>;
}
