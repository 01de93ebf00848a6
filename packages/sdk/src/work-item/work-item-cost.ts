import { CostspanError } from '../errors.ts';
import { costBytesMax, costTimeoutMs } from '../limits.ts';
import type { WorkItem } from './work-item-type.ts';

/** What a work item is known to cost by now. Amounts are exact decimal text in the currency of the ledger. */
export type WorkItemCost = {
  /** ISO 4217. */
  readonly currency: string;
  readonly total: string;
  /** The total with every estimate at its bound. */
  readonly low: string;
  readonly high: string;
  /** Part of the total that produced nothing. */
  readonly waste: string;
  /** Only categories of which something is known to cost something. */
  readonly byCategory: Readonly<Record<string, string>>;
  /** False when something has no price: then the total is a lower bound, and `missing` says why. */
  readonly complete: boolean;
  /** Spans without a price, by reason. */
  readonly missing: Readonly<Record<string, number>>;
  /** How the item ended, when that was said. */
  readonly outcome: string | undefined;
  /** Grows with every change. */
  readonly revision: string;
  /** Whether the item has ended and been quiet since. What comes later opens it again. */
  readonly final: boolean;
};

/** Reads the cost of items from a processor. */
export type ReadCost = (item: WorkItem) => Promise<WorkItemCost | undefined>;

/** Asks the ledger behind `endpoint`. Without one, every question is refused with what to do about it. */
export const createReadCost = ({
  endpoint,
  headers,
}: {
  readonly endpoint?: string;
  readonly headers: Readonly<Record<string, string>>;
}): ReadCost => {
  if (endpoint === undefined) {
    return async () => {
      throw failure('expected an `endpoint`', 'none', 'give createCostspan the endpoint of the processor');
    };
  }
  const base = endpoint.replace(/\/+$/, '').replace(/\/v1\/traces$/, '');
  return async ({ tenant = 'default', type, id }) => {
    const path = [tenant, type, id].map(encodeURIComponent).join('/');
    return readAnswer(await ask(`${base}/v1/work-items/${path}`, headers));
  };
};

const ask = async (url: string, headers: Readonly<Record<string, string>>): Promise<Response> => {
  try {
    return await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(costTimeoutMs),
    });
  } catch (error) {
    throw failure(
      `expected ${new URL(url).origin} to answer`,
      reasonOf(error),
      'check that the processor runs there, and try again',
    );
  }
};

// fetch says only that it failed; what happened is in the cause, as a code where several addresses were tried.
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
};

const readAnswer = async (response: Response): Promise<WorkItemCost | undefined> => {
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  const text = await response.text();
  if (!response.ok) {
    throw failure('expected the cost of the item', `status ${response.status}`, 'check endpoint and headers, or try again later');
  }
  const record = text.length > costBytesMax ? undefined : recordOf(text);
  if (record === undefined) throw failure('expected a cost record', 'something else', 'point `endpoint` at a Costspan processor');
  return {
    currency: record.currency,
    total: record.total,
    low: record.low,
    high: record.high,
    waste: record.waste,
    byCategory: record.by_category,
    complete: record.complete,
    missing: record.unpriced_reasons,
    outcome: record.outcome?.value,
    revision: record.revision,
    final: record.final,
  };
};

type Answer = Pick<WorkItemCost, 'currency' | 'total' | 'low' | 'high' | 'waste' | 'complete' | 'revision' | 'final'> & {
  readonly by_category: WorkItemCost['byCategory'];
  readonly unpriced_reasons: WorkItemCost['missing'];
  readonly outcome?: { readonly value: string };
};

const recordOf = (text: string): Answer | undefined => {
  try {
    const answer = JSON.parse(text) as Answer;
    return typeof answer.total === 'string' && typeof answer.complete === 'boolean' ? answer : undefined;
  } catch {
    return undefined;
  }
};

const failure = (problem: string, found: string, advice: string): CostspanError =>
  new CostspanError({ code: 'cost-unavailable', where: 'item.cost', problem, found, advice });
