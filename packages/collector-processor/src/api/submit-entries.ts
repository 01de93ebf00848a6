import { createHash } from 'node:crypto';
import { canonicalText } from '@costspan/ledger';
import type { TrustConfig } from '../config/config.ts';
import type { Claimed } from '../store/claims.ts';
import { answerOfDelivery } from './answer-of-delivery.ts';
import type { ApiAnswer, ApiOptions, ApiRequest } from './api.ts';
import { aheadNsMax } from './limits.ts';
import { madeRequest } from './made-span.ts';
import { type ApiProblem, readJson, refuse } from './read-json.ts';
import { type Submission, submissions } from './submission.ts';
import { submissionSpan } from './submission-span.ts';

/** Tenant of an entry that names none and whose sender has none. */
const tenantOtherwise = 'default';

/**
 * `POST /v1/entries`: takes all entries of a request or none. An entry is the same one as long as its idempotency key and its
 * content are; the same key with other content is refused.
 */
export async function submitEntries({ body, sender, abort }: ApiRequest, options: ApiOptions): Promise<ApiAnswer> {
  const read = readJson(body, submissions);
  if (read.kind === 'refused') return read.answer;
  const { entries } = read.value;
  const aheadNs = options.clock.nowNs() + aheadNsMax;
  const ahead = entries.flatMap(({ at }, index) =>
    at <= aheadNs ? [] : [{ where: `entries[${index}].at`, problem: 'expected a time that is not more than a day ahead' }],
  );
  if (ahead.length > 0) return refuse(400, ahead);
  const forbidden = entries.flatMap((entry, index) => forbiddenIn(entry, index, sender.tenant, options.trustOf(sender)));
  if (forbidden.length > 0) return refuse(403, forbidden);
  const made = entries.map((entry) => {
    const tenant = sender.tenant ?? entry.tenant ?? tenantOtherwise;
    return { entry, tenant, span: submissionSpan(entry, tenant) };
  });
  const claimed = await options.ledger.claim(
    made.map(({ entry, tenant, span: { endNs } }) => ({
      ...{ tenant, key: `entry/${entry.idempotency_key}`, digest: digestOf(entry), endNs },
    })),
  );
  const refused = claimed.flatMap((claim, index) => refusedBy(claim, index));
  if (refused.length > 0) return refuse(409, refused);
  const delivery = await options.ingest({
    signal: 'traces',
    encoding: 'json',
    body: madeRequest(made.map(({ span }) => span)),
    sender,
    abort,
  });
  return answerOfDelivery(delivery, () => ({
    entries: made.map(({ entry, tenant, span }, index) => ({
      idempotency_key: entry.idempotency_key,
      tenant,
      trace_id: span.traceId,
      span_id: span.spanId,
      repeated: claimed[index]?.kind === 'repeated',
    })),
  }));
}

function forbiddenIn(
  { tenant, cost, category }: Submission,
  index: number,
  ofSender: string | undefined,
  trust: TrustConfig,
): readonly ApiProblem[] {
  const problems: ApiProblem[] = [];
  if (tenant !== undefined && ofSender !== undefined && tenant !== ofSender) {
    problems.push({ where: `entries[${index}].tenant`, problem: `expected ${ofSender}, whose key was sent, found ${tenant}` });
  }
  if (cost !== undefined && !(category === 'llm' ? trust.declaredCost && trust.declaredCostForLlm : trust.declaredCost)) {
    const setting = category === 'llm' ? 'trust.declared_cost_for_llm' : 'trust.declared_cost';
    problems.push({ where: `entries[${index}].cost`, problem: `costs stated by this sender are not believed; set ${setting}` });
  }
  return problems;
}

function refusedBy({ kind }: Claimed, index: number): readonly ApiProblem[] {
  if (kind === 'different') {
    const problem = 'was sent before with other content; send the correction under a key of its own';
    return [{ where: `entries[${index}].idempotency_key`, problem }];
  }
  if (kind === 'beyond') {
    const problem =
      'is before the time from which entries are kept, so nothing tells whether it was counted; see ledger.retention';
    return [{ where: `entries[${index}].at`, problem }];
  }
  return [];
}

function digestOf(entry: Submission): string {
  return createHash('sha256').update(canonicalText(entry)).digest('hex');
}
