import { openSubmission, readConfig } from '@costspan/collector-processor';
import type { EntryJson } from './entry.ts';
import { entriesPerRequest, requestTimeoutMs } from './limits.ts';

/** Where entries go: to a service, or straight into a ledger file. */
export type SendFlags = {
  readonly endpoint: string;
  /** A file instead of a service. */
  readonly ledger?: string;
  readonly config?: string;
};

/** What became of entries. */
export type Sent = { readonly entries: number; readonly repeated: number };

type Answer = { readonly status: number; readonly json?: unknown };

/** Sends entries in requests of a bounded size. Throws with what the other side said; sending all of them again is safe. */
export async function sendEntries(entries: readonly EntryJson[], flags: SendFlags): Promise<Sent> {
  if (flags.ledger === undefined) return inRequests(entries, (body) => post(flags.endpoint, body));
  const { config } = await readConfig(flags.config, process.env);
  const { submit, close } = await openSubmission({ config, file: flags.ledger });
  try {
    return await inRequests(entries, submit);
  } finally {
    await close();
  }
}

async function inRequests(entries: readonly EntryJson[], send: (body: unknown) => Promise<Answer>): Promise<Sent> {
  let repeated = 0;
  for (let start = 0; start < entries.length; start += entriesPerRequest) {
    const { status, json } = await send({ entries: entries.slice(start, start + entriesPerRequest) });
    const answer = (json ?? {}) as { readonly message?: string; readonly entries?: readonly { readonly repeated: boolean }[] };
    if (status !== 200) {
      const before = start === 0 ? '' : `; ${start} entries before them were taken, and sending all again is safe`;
      throw new Error(`${answer.message ?? `the entries were refused (${status})`}${before}`);
    }
    repeated += (answer.entries ?? []).filter((each) => each.repeated).length;
  }
  return { entries: entries.length, repeated };
}

/** The key of a service comes from the environment, because command lines can be read by others. */
async function post(endpoint: string, body: unknown): Promise<Answer> {
  const key = process.env['COSTSPAN_API_KEY'];
  const url = `${endpoint.replace(/\/+$/, '')}/v1/entries`;
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new Error(`${url}: expected costspan to answer (${why}); start \`costspan serve\`, or write to a file with --ledger`);
  }
  const text = await answer.text();
  return { status: answer.status, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}
