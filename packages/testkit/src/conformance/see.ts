import type { FakeAttempt } from '../server/attempt-log.ts';
import type { FakeProvider } from '../server/fake-provider.ts';
import { addUsage, type FakeUsage } from '../server/script.ts';
import type { Scenario } from './scenario.ts';

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
  const arrived = (): Promise<void> => server.waitUntil('the first request of a scenario', (log) => log.length > from);
  const told = await scenario.act(client, { arrived }).then(
    (result) => ({ result: plain(result) }),
    (error: unknown) => ({ error: errorFacts(error) }),
  );
  await server.settled();
  // What this one has left must not happen to the next.
  server.forgetSteps();
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

/**
 * A request without the one thing the metered client may send otherwise: it asks for the usage of a stream whose caller
 * left that open.
 */
export const withoutAskedUsage = (request: unknown): unknown => {
  const { body, ...rest } = request as { readonly body: Readonly<Record<string, unknown>> };
  const { stream_options: options, ...fields } = body;
  const { include_usage: _, ...others } = (options ?? {}) as Readonly<Record<string, unknown>>;
  return { ...rest, body: { ...fields, others } };
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
    .replaceAll(/\bai([a-z]+)-[0-9A-Za-z]{24}\b/g, 'ai$1-new')
    .replaceAll(/((?:created|created_at|completed_at)\\*":)\d+/g, '$10')
    .replaceAll(/"date":"[^"]+"/g, '"date":"new"')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now');
  return JSON.parse(text);
};

const steady = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !CHANGING.has(name))
      // The boundary of a form is new in every request, and a signature of Amazon's in every second.
      .map(([name, value]) => [name, value.replace(/(boundary=|^AWS4-HMAC-SHA256 ).*/, '$1new')]),
  );

const CHANGING: ReadonlySet<string> = new Set(['content-length', 'idempotency-key', 'x-amz-date', 'amz-sdk-invocation-id']);
