import type { MoneyText, Usage } from '@costspan/pricing';
import type { Category } from '@costspan/semconv';
import type { Pick } from '../body/pick.ts';

/** What is known of an answer so far. */
export type Answer = {
  readonly id?: string;
  readonly model?: string;
  readonly serviceTier?: string;
  /** The provider's usage object as it came, for the reader of its API. */
  readonly rawUsage?: unknown;
  /** Reader of the usage object. Default: that of the API. */
  readonly usageApi?: string;
  /** Disjoint counts that the usage object does not have, such as searches counted in the output. */
  readonly otherUsage?: Usage;
  /** What the provider says it charged, where it says so outside of the usage object. */
  readonly reportedCost?: MoneyText;
  /** Whether the provider works on the answer in the background: what it uses is told by whoever reads it later. */
  readonly isBackground?: boolean;
  /** Whether nothing that matters can follow: the final usage has been seen, or the provider said that it ended. */
  readonly isComplete: boolean;
  /** Why the answer ended, in the provider's words: one for each of its choices that has. */
  readonly finishReasons?: readonly string[];
  /** What the provider reported as the reason of a failure inside an answer with status 200. */
  readonly errorType?: string;
};

/** What is known of a request from its body. */
export type RequestBody = {
  readonly model?: string;
  readonly isStream: boolean;
  readonly serviceTier?: string;
  readonly maxTokens?: number;
  /** Whether `stream_options.include_usage` is undecided: the options are absent, or an object without it. */
  readonly streamOptions?: 'absent' | 'open';
  /** Usage that only the request tells, such as the characters of a text to speak. */
  readonly usage?: Usage;
};

/** One kind of call that costs: where it goes, what to keep of its bodies, and how to read that. */
export type Api = {
  /** Name of the API as the usage readers know it. */
  readonly id: string;
  /** `gen_ai.operation.name`. */
  readonly operation: string;
  readonly category: Category;
  /** Matches the path of the URL. */
  readonly path: RegExp;
  /** Who answers on such a path, whatever the host. Default: the one the host belongs to. */
  readonly provider?: string;
  /** Header of the request that names the model. Default: its body or path does. */
  readonly modelHeader?: string;
  /** What to keep of a plain JSON answer. */
  readonly answer: Pick;
  /** What to keep of each event of a streamed answer. Absent: the API does not stream. */
  readonly event?: Pick;
  readonly readAnswer: (kept: unknown) => Answer;
  /** The answer after one more event. */
  readonly readEvent?: (kept: unknown, before: Answer) => Answer;
  /**
   * The answer after an event that has the form nearly all of its kind have, from a look at its bytes; undefined for any
   * other, which has to be parsed. Default: all are.
   */
  readonly glanceAtEvent?: (event: Uint8Array, before: Answer) => Answer | undefined;
  /** Reads what only this API says in its request. Default: nothing. */
  readonly readRequest?: (body: { readonly text: (field: string) => string | undefined }) => Usage;
  /** Whether its clients neither read on nor cancel a stream that is aborted, or that has told of a failure. Default false. */
  readonly isLeftOpen?: boolean;
  /** Whether the provider charges nothing for an answer without usage, as for a moderation. Default false. */
  readonly isFree?: boolean;
};
