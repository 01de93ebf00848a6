import { createHash } from 'node:crypto';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_HANDOFF_ID,
  ATTR_COSTSPAN_HANDOFF_REASON,
  ATTR_COSTSPAN_HANDOFF_STATE,
  ATTR_COSTSPAN_HUMAN_DECISION,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
  ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE,
  ATTR_COSTSPAN_HUMAN_WAIT_MS,
  ATTR_COSTSPAN_ROLE,
} from '@costspan/semconv';
import { z } from 'zod';
import { NAME_CHARACTERS_MAX } from '../stages/limits.ts';
import { answerOfDelivery } from './answer-of-delivery.ts';
import type { ApiAnswer, ApiOptions, ApiRequest } from './api.ts';
import { type HandoffClaims, type ReadToken, readHandoffToken } from './handoff-token.ts';
import { itemAttributes, type MadeSpan, madeRequest } from './made-span.ts';
import { readJson, refuse } from './read-json.ts';
import { touch } from './submission.ts';

type Completion = {
  readonly token: string;
  /** Milliseconds. */
  readonly touch?: number | undefined;
  readonly decision?: string | undefined;
};

const completion: z.ZodType<Completion> = z.strictObject({
  token: z.string({ error: 'expected the token of the handoff' }),
  touch: touch.optional(),
  decision: z.string({ error: 'expected text' }).min(1).max(NAME_CHARACTERS_MAX).optional(),
});

/**
 * `POST /v1/handoffs/complete`: finishes a handoff for those who have its token and not the SDK. Finished twice, by whomever,
 * it is charged once: the completion has one span, whose ids follow from the handoff.
 */
export async function completeHandoff({ body, sender, abort }: ApiRequest, options: ApiOptions): Promise<ApiAnswer> {
  const read = readJson(body, completion);
  if (read.kind === 'refused') return read.answer;
  const { handoffKeys, clock, ledger } = options;
  if (handoffKeys.length === 0) {
    return { status: 404, json: { message: 'handoffs cannot be completed here; name the key of the SDK in handoffs.keys' } };
  }
  const token = readHandoffToken(read.value.token, handoffKeys, clock.nowMs());
  if (token.kind !== 'ok') return refuse(token.kind === 'expired' ? 410 : 400, [{ where: 'token', problem: faults[token.kind] }]);
  const { claims } = token;
  const tenant = sender.tenant ?? claims.item.tenant ?? 'default';
  if (claims.item.tenant !== undefined && claims.item.tenant !== tenant) {
    return refuse(403, [{ where: 'token', problem: 'its work item belongs to another tenant than the key that was sent' }]);
  }
  const { touch: touchMs, decision } = read.value;
  const digest = createHash('sha256')
    .update(JSON.stringify([touchMs, decision]))
    .digest('hex');
  const [claim] = await ledger.claim([{ tenant, key: `handoff/${claims.handoffId}`, digest }]);
  if (claim?.kind === 'different') {
    return refuse(409, [
      { where: 'token', problem: 'the handoff was completed before with other details; only the first counts' },
    ]);
  }
  const atNs = claim?.atNs ?? clock.nowNs();
  const span = completionSpan(claims, { ...read.value, tenant, atNs });
  const delivery = await options.ingest({ signal: 'traces', encoding: 'json', body: madeRequest([span]), sender, abort });
  return answerOfDelivery(delivery, () => ({
    handoff_id: claims.handoffId,
    item: { tenant, type: claims.item.type, id: claims.item.id },
    completed_at_ns: String(atNs),
    repeated: claim?.kind === 'repeated',
  }));
}

const faults: Readonly<Record<Exclude<ReadToken['kind'], 'ok'>, string>> = {
  corrupt: 'expected a token of item.handoff(); pass it on as it is, unshortened',
  forged: 'its signature fits no key of handoffs.keys; give the service the key of the SDK that made it',
  expired: 'it has expired; hand the work item off again',
};

/** The span the SDK would end. Without a touch time the price book assumes that of the role, and the cost is estimated. */
function completionSpan(
  claims: HandoffClaims,
  { touch: touchMs, decision, tenant, atNs }: Completion & { readonly tenant: string; readonly atNs: bigint },
): MadeSpan {
  const digest = createHash('sha256').update(`costspan handoff completed ${claims.handoffId}`).digest('hex');
  // A handoff that no tracer saw has ids of nothing but zeros, which are no ids: a span with them would be nobody's.
  const [, traceId = digest.slice(0, 32), parentSpanId = digest.slice(32, 48)] =
    /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/.exec(claims.traceparent) ?? [];
  const elapsedMs = Math.max(0, Number(atNs / 1_000_000n) - claims.openedAtMs);
  return {
    traceId,
    spanId: digest.slice(48, 64),
    parentSpanId,
    name: `handoff ${claims.role}`,
    startNs: atNs,
    endNs: atNs,
    attributes: {
      ...itemAttributes({ ...claims.item, tenant }),
      ...Object.fromEntries(
        Object.entries(claims.item.dimensions).map(([key, value]) => [ATTR_COSTSPAN_DIMENSION_PREFIX + key, value]),
      ),
      [ATTR_COSTSPAN_ROLE]: 'handoff',
      [ATTR_COSTSPAN_CATEGORY]: 'human',
      [ATTR_COSTSPAN_HANDOFF_ID]: claims.handoffId,
      [ATTR_COSTSPAN_HANDOFF_STATE]: 'completed',
      [ATTR_COSTSPAN_HUMAN_ROLE]: claims.role,
      ...(claims.reason === undefined ? {} : { [ATTR_COSTSPAN_HANDOFF_REASON]: claims.reason }),
      ...(touchMs === undefined ? {} : { [ATTR_COSTSPAN_HUMAN_TOUCH_MS]: touchMs }),
      [ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE]: touchMs === undefined ? 'default' : 'declared',
      [ATTR_COSTSPAN_HUMAN_WAIT_MS]: Math.max(0, elapsedMs - (touchMs ?? 0)),
      ...(decision === undefined ? {} : { [ATTR_COSTSPAN_HUMAN_DECISION]: decision }),
    },
  };
}
