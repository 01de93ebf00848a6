import type { FakeStep, FakeUsage } from '../server/script.ts';

/** One use of a client's public API against a scripted server. Data: any version of a client can be asked to do it. */
export type Scenario<C> = {
  readonly name: string;
  /** What the server does, one step for each attempt. Default: it answers. */
  readonly steps?: readonly FakeStep[];
  /** Method the scenario calls and not every version has, such as `messages.parse`. */
  readonly needs?: string;
  /** Whether it ends with an error, as it should. Default false: a scenario that fails in every client shows nothing. */
  readonly isRefused?: boolean;
  /** Usage a meter should report. Default: what the server says it told the client, by its log. */
  readonly usage?: FakeUsage;
  /** Whether a timeout of the client decides how it goes: a machine that stops for a moment may make it go otherwise. */
  readonly isTimed?: boolean;
  readonly act: (client: C, server: ScenarioServer) => Promise<unknown>;
};

/** What a scenario may know of the server. */
export type ScenarioServer = {
  /** Resolves when the first request has arrived, so that what comes next needs no guess at how long that takes. */
  readonly arrived: () => Promise<void>;
};

/** Whether this client has what the scenario needs. */
export const canAct = (client: object, { needs }: Pick<Scenario<never>, 'needs'>): boolean => {
  let place: unknown = client;
  for (const name of needs?.split('.') ?? []) {
    if (typeof place !== 'object' || place === null || !(name in place)) return false;
    place = (place as Readonly<Record<string, unknown>>)[name];
  }
  return true;
};
