import { addUsage, type FakeAttempt, type FakeProvider, type FakeStep, type FakeUsage } from '@costspan/testkit';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** One use of a client's public API against a scripted server. */
export type Scenario<C> = {
  readonly name: string;
  /** What the server does, one step for each attempt. */
  readonly steps?: readonly FakeStep[];
  readonly act: (client: C) => Promise<unknown>;
};

/** What a host sees of one scenario: its result or error, what went over the wire, how each connection ended. */
export type Seen = {
  readonly result?: unknown;
  readonly error?: unknown;
  readonly requests: readonly unknown[];
  readonly endings: readonly unknown[];
};

/** Runs a scenario and returns what its host saw, without what differs between any two runs. */
export const see = async <C>(server: FakeProvider, client: C, scenario: Scenario<C>): Promise<Seen> => {
  const from = server.log.length;
  server.enqueue(...(scenario.steps ?? []));
  const told = await scenario.act(client).then(
    (result) => ({ result: plain(result) }),
    (error: unknown) => ({ error: errorFacts(error) }),
  );
  await server.settled();
  const attempts = server.log.slice(from);
  return {
    ...told,
    requests: attempts.map(({ request }) =>
      plain({ method: request.method, path: request.path, body: request.body, headers: steady(request.headers) }),
    ),
    endings: attempts.map(({ status, ending }) => ({ status, ending })),
  };
};

/** Usage of some attempts that reached the client, by unit. */
export const toldUsage = (attempts: readonly FakeAttempt[]): FakeUsage =>
  attempts.filter(({ usageSent }) => usageSent).reduce((sum, { usage }) => addUsage(sum, usage ?? {}), {} as FakeUsage);

/** Usage of some spans, by unit. */
export const spanUsage = (spans: readonly ReadableSpan[]): FakeUsage => {
  const sum: Record<string, number> = {};
  for (const { attributes } of spans) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('costspan.usage.')) sum[name.slice(15)] = (sum[name.slice(15)] ?? 0) + Number(value);
    }
  }
  return sum;
};

const errorFacts = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  // Headers carry the date and the identifier of the request.
  const { name, message, stack: _, headers: __, ...fields } = error as Error & Record<string, unknown>;
  return {
    class: error.constructor.name,
    name,
    message: plain(message),
    fields: plain(fields),
    cause: error.cause instanceof Error ? error.cause.name : undefined,
  };
};

// Identifiers and times are new in every run; instances are compared as what they print.
const plain = (value: unknown): unknown => {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value)
    .replaceAll(/\b([a-z]+)_[0-9a-f]{12,}/g, '$1_new')
    .replaceAll(/((?:created|created_at|completed_at)\\*":)\d+/g, '$10');
  return JSON.parse(text);
};

const steady = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length' && name !== 'idempotency-key'));
