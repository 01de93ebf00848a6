import type { Answer, Api } from '../apis/api-type.ts';

/** The answer to something asked for earlier, perhaps by another process: a line of a batch, or a response of the background. */
export type LateResult = {
  readonly api: Api;
  /** Identifier the provider gave to the result: however often it is read, it is charged once. */
  readonly id: string;
  readonly answer: Answer;
  /** Name the application gave to the line of a batch. */
  readonly customId?: string;
};

/** A place where results are read, and what to keep of them. */
export type LateSource = {
  /** Matches the path of a GET. */
  readonly path: RegExp;
  readonly api: Api;
  /** One result for each line; absent: the answer is one of `api` itself. */
  readonly lines?: {
    readonly keep: Api['answer'];
    readonly read: (kept: unknown) => LateResult | undefined;
  };
};
