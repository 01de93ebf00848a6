import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Answer, ProviderFormat, Refusal } from './answer.ts';
import { type AttemptLog, createAttemptLog, type FakeAttempt, type OpenAttempt } from './attempt-log.ts';
import { deliver } from './deliver.ts';
import { type HttpRequest, type HttpServer, startHttpServer } from './http-server.ts';
import type { FakeRequest, FakeScript, FakeStep, FakeUsage } from './script.ts';

/** How a fake provider behaves. */
export type FakeProviderOptions = {
  /** What happens to each attempt. Default: every request is answered. */
  readonly script?: FakeScript;
};

/** A local stand-in for a provider that cannot be called here, speaking its documented format over real HTTP. */
export type FakeProvider = HttpServer & {
  /** Every attempt, in the order of arrival. */
  readonly log: readonly FakeAttempt[];
  /** Steps for the next attempts; they come before the script's. */
  readonly enqueue: (...steps: readonly FakeStep[]) => void;
  /** Forgets the steps that no attempt has taken yet; a script that is a function goes on. */
  readonly forgetSteps: () => void;
  /** Resolves as soon as the log fulfils `condition`; it is asked whenever an attempt changes. Rejects after 10 seconds. */
  readonly waitUntil: (what: string, condition: (log: readonly FakeAttempt[]) => boolean) => Promise<void>;
  /** Resolves when no attempt is running. */
  readonly settled: () => Promise<void>;
  /** What was billed, by model answered with and unit; only attempts that `wanted` accepts. */
  readonly usageByModel: (wanted?: (attempt: FakeAttempt) => boolean) => Readonly<Record<string, FakeUsage>>;
};

type Context = { readonly format: ProviderFormat; readonly log: AttemptLog; readonly newId: (prefix: string) => string };

/** Starts a provider of the given format on a free loopback port. */
export async function startFakeProvider(format: ProviderFormat, options: FakeProviderOptions = {}): Promise<FakeProvider> {
  const log = createAttemptLog();
  const context: Context = { format, log, newId: createIds() };
  const queue: FakeStep[] = Array.isArray(options.script) ? [...options.script] : [];
  const next = (request: FakeRequest): FakeStep =>
    queue.shift() ?? (typeof options.script === 'function' ? options.script(request) : undefined) ?? {};
  const server = await startHttpServer((http, response) => answer(context, next, http, response));
  return {
    ...server,
    log: log.attempts,
    enqueue: (...steps) => {
      queue.unshift(...steps);
    },
    forgetSteps: () => {
      queue.length = 0;
    },
    waitUntil: (what, condition) => log.changes.waitUntil(`${format.name}: ${what}`, () => condition(log.attempts)),
    settled: () =>
      log.changes.waitUntil(`${format.name}: every attempt over`, () => log.attempts.every(({ ending }) => ending !== undefined)),
    usageByModel: log.usageByModel,
  };
}

async function answer(
  context: Context,
  next: (request: FakeRequest) => FakeStep,
  http: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const { format, log, newId } = context;
  const { fields, problem } = await parseRequest(http);
  const request: FakeRequest = { ...fields, number: log.attempts.length + 1 };
  const attempt = log.open(request);
  response.once('close', () => {
    attempt.ending ??= response.writableFinished ? 'complete' : 'client-left';
    log.changes.announce();
  });
  const requestId = newId('req');
  const refuse = ({ status, message }: Refusal, headers: Readonly<Record<string, string>> = {}): void =>
    sendJson(response, attempt, status, format.errorBody(status, message, requestId), {
      [format.requestIdHeader]: requestId,
      ...headers,
    });

  const endpoint = format.route(request.method, request.path);
  if (endpoint === undefined) return refuse({ status: 404, message: `Unknown request: ${request.method} ${request.path}` });
  if (problem !== undefined) return refuse({ status: 400, message: problem });
  const refusal = format.refuse(request);
  if (refusal !== undefined) return refuse(refusal);

  const step = next(request);
  if ('status' in step) {
    return refuse({ status: step.status, message: step.message ?? `Scripted ${step.status}` }, refusalHeaders(step));
  }
  if ('hang' in step) {
    if (step.usage !== undefined) attempt.usage = step.usage;
    if (step.hang === 'before-headers') return;
    attempt.status = 200;
    response.writeHead(200, { 'content-type': 'application/json', [format.requestIdHeader]: requestId }).write('{"id":');
    return;
  }
  const result = endpoint(request, step.reply ?? {}, newId);
  if ('status' in result) return refuse(result);
  note(result, attempt);
  await deliver(result, response, attempt, {
    headers: { [format.requestIdHeader]: requestId, ...step.headers },
    course: step.stream ?? {},
    errorEvent: format.errorEvent,
    announce: log.changes.announce,
  });
}

function note(result: Answer, attempt: OpenAttempt): void {
  if (result.model !== undefined) attempt.model = result.model;
  if (result.usage !== undefined) attempt.usage = result.usage;
  if (result.rawUsage !== undefined) attempt.rawUsage = result.rawUsage;
  if (result.responseId !== undefined) attempt.responseId = result.responseId;
}

function sendJson(
  response: ServerResponse,
  attempt: OpenAttempt,
  status: number,
  json: unknown,
  headers: Readonly<Record<string, string>>,
): void {
  attempt.status = status;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}

/** `retry-after` counts whole seconds; the clients prefer `retry-after-ms`, which lets a test go on at once. */
function refusalHeaders(step: Extract<FakeStep, { status: number }>): Readonly<Record<string, string>> {
  if (step.retryAfterMs === undefined) return step.headers ?? {};
  return {
    'retry-after': String(Math.ceil(step.retryAfterMs / 1000)),
    'retry-after-ms': String(step.retryAfterMs),
    ...step.headers,
  };
}

type RequestFields = Omit<FakeRequest, 'number'>;

async function parseRequest(http: HttpRequest): Promise<{ readonly fields: RequestFields; readonly problem?: string }> {
  const base = { method: http.method, path: http.path, headers: http.headers };
  const nothing = { ...base, body: {}, model: '', text: '' };
  if (http.body.length === 0) return { fields: nothing };
  let body: unknown;
  try {
    body = await parseBody(http);
  } catch (error) {
    return { fields: nothing, problem: `Could not parse the body: ${error instanceof Error ? error.message : error}` };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { fields: nothing, problem: 'Expected a JSON object as the body' };
  }
  const named = body as Readonly<Record<string, unknown>>;
  const { model } = named;
  const prompt = ['system', 'instructions', 'messages', 'input', 'prompt'].flatMap((name) => stringsIn(named[name]));
  return { fields: { ...base, body: named, model: typeof model === 'string' ? model : '', text: prompt.join('\n') } };
}

/** JSON, or the fields of a form; files as their text. */
async function parseBody({ body, headers }: HttpRequest): Promise<unknown> {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return JSON.parse(body.toString('utf8'));
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form) fields[name] = typeof value === 'string' ? value : await value.text();
  return fields;
}

/** Fields whose strings belong to the format, not to the prompt. */
const fieldsWithoutPrompt: ReadonlySet<string> = new Set(['role', 'type', 'id', 'call_id', 'tool_call_id', 'tool_use_id']);

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (fieldsWithoutPrompt.has(name) ? [] : stringsIn(inner)));
}

/** Identifiers that are unique across servers and runs: a ledger may use a response id to recognise one call reported twice. */
function createIds(): (prefix: string) => string {
  const run = randomUUID().replaceAll('-', '').slice(0, 12);
  let count = 0;
  return (prefix) => `${prefix}_${run}${String(++count).padStart(6, '0')}`;
}
