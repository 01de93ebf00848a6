import { randomUUID } from 'node:crypto';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS,
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
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { CostspanError, shown } from '../errors.ts';
import { type ReportMisuse, warnOnce } from '../faults.ts';
import { completedHandoffsMax, identityBytesMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import { checkFields, type FieldCheck } from '../options-check.ts';
import type { SpanStarter } from '../span-starter.ts';
import { onceContext } from '../spans/once-context.ts';
import type { SigningKeys } from '../token/signing-keys.ts';
import { traceparentOf } from '../work-item/span-context-text.ts';
import { withWorkItem } from '../work-item/work-item-context.ts';
import type { WorkItem } from '../work-item/work-item-type.ts';
import { type HandoffClaims, signHandoffToken, verifyHandoffToken } from './handoff-token.ts';
import { type Touch, touchTimeOf } from './touch.ts';

/** To whom a work item is handed, and why. */
export type HandoffRequest = {
  /** Role of the person, as the price book names it, such as `claims-reviewer`. */
  readonly role: string;
  /** Such as `over-limit`. */
  readonly reason?: string;
};

/** An open handoff. The token finishes it, in any process that has the key. */
export type Handoff = { readonly id: string; readonly token: string };

/** How a handoff ended. */
export type HandoffCompletion = {
  /** Touch time. Absent: the processor assumes the default of the role, and calls the cost estimated. */
  readonly touch?: Touch;
  /** What the person decided, such as `approved`. */
  readonly decision?: string;
  /** Identifier of the event that finished the handoff: told apart from a mistaken second completion in warnings. */
  readonly idempotencyKey?: string;
};

/** What became of a completion. `charged` is false when this process has completed the handoff before, or traces nothing. */
export type CompletedHandoff = {
  readonly id: string;
  readonly item: { readonly tenant?: string; readonly type: string; readonly id: string };
  readonly charged: boolean;
};

/** Opens and completes handoffs. */
export type Handoffs = {
  readonly open: (item: WorkItem, request: HandoffRequest, parent: Context) => Handoff;
  readonly complete: (token: string, completion: HandoffCompletion) => CompletedHandoff;
};

/** Handoffs signed with the given keys. */
export const createHandoffs = (
  spans: SpanStarter,
  settings: Pick<CostspanSettings, 'handoffTtlMs'>,
  signingKeys: SigningKeys,
  reportMisuse: ReportMisuse,
): Handoffs => {
  const { keys, signing, isOwn } = signingKeys;
  // Completions by handoff, oldest first.
  const completed = new Map<string, string | undefined>();

  const open = (item: WorkItem, request: HandoffRequest, parent: Context): Handoff => {
    checkText(request?.role, 'item.handoff: role');
    if (request.reason !== undefined) checkText(request.reason, 'item.handoff: reason');
    if (isOwn) warnOnce('handoff-key', OWN_KEY_WARNING);
    const id = randomUUID();
    const openedAtMs = Date.now();
    const expiresAtMs = openedAtMs + settings.handoffTtlMs;
    const span = startSpan(spans, `handoff ${request.role}`, withWorkItem(parent, item), {
      ...handoffAttributes({ id, state: 'open', role: request.role }),
      [ATTR_COSTSPAN_HANDOFF_EXPIRES_AT_MS]: expiresAtMs,
      ...(request.reason !== undefined && { [ATTR_COSTSPAN_HANDOFF_REASON]: request.reason }),
    });
    span.end();
    const { attributes: _, ...identity } = item;
    const claims: HandoffClaims = {
      handoffId: id,
      item: identity,
      role: request.role,
      ...(request.reason !== undefined && { reason: request.reason }),
      traceparent: traceparentOf(span.spanContext()),
      openedAtMs,
      expiresAtMs,
    };
    return { id, token: signHandoffToken(claims, signing) };
  };

  const complete = (token: string, completion: HandoffCompletion): CompletedHandoff => {
    const nowMs = Date.now();
    const claims = verifyHandoffToken(token, keys, nowMs);
    checkFields('handoff.complete', completion, completionChecks);
    const touch = completion.touch === undefined ? undefined : touchTimeOf(completion.touch);
    if (completion.decision !== undefined) checkText(completion.decision, 'handoff.complete: decision');
    const id = claims.handoffId;
    const { tenant, type, id: itemId } = claims.item;
    const outcome = { id, item: { ...(tenant !== undefined && { tenant }), type, id: itemId } };
    if (completed.has(id)) {
      warnAboutSecond(id, completed.get(id), completion.idempotencyKey);
      return { ...outcome, charged: false };
    }
    const elapsedMs = Math.max(0, nowMs - claims.openedAtMs);
    const span = startSpan(spans, `handoff ${claims.role}`, onceContext(`handoff completed ${claims.handoffId}`, claims), {
      ...handoffAttributes({ id, state: 'completed', role: claims.role }),
      ...(claims.reason !== undefined && { [ATTR_COSTSPAN_HANDOFF_REASON]: claims.reason }),
      ...(touch !== undefined && { [ATTR_COSTSPAN_HUMAN_TOUCH_MS]: touch.ms }),
      [ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE]: touch?.source ?? 'default',
      // Waiting is what was not working.
      [ATTR_COSTSPAN_HUMAN_WAIT_MS]: Math.max(0, elapsedMs - (touch?.ms ?? 0)),
      ...(completion.decision !== undefined && { [ATTR_COSTSPAN_HUMAN_DECISION]: completion.decision }),
    });
    if (!span.isRecording()) {
      reportMisuse(untraced());
      return { ...outcome, charged: false };
    }
    span.end();
    remember(completed, id, completion.idempotencyKey);
    return { ...outcome, charged: true };
  };

  return { open, complete };
};

const isAnything = (): boolean => true;

// A name that is not known must not pass for a time that was not told. The values are looked at one by one.
const completionChecks: Readonly<Record<keyof HandoffCompletion, FieldCheck>> = {
  touch: [isAnything, '', ''],
  decision: [isAnything, '', ''],
  idempotencyKey: [isAnything, '', ''],
};

const untraced = (): CostspanError =>
  new CostspanError({
    code: 'telemetry-missing',
    where: 'handoff.complete',
    problem: 'expected a tracer provider that records spans of cost',
    advice: 'set one up (startCostspan() does) and complete the handoff again; costspan.doctor() says what is missing',
  });

const OWN_KEY_WARNING =
  'item.handoff: no handoffKey and no COSTSPAN_HANDOFF_KEY: other processes, and this one after a restart, cannot finish the handoff; set one of them';

const startSpan = (spans: SpanStarter, name: string, parent: Context, attributes: Attributes): Span =>
  spans.startSpan(name, { attributes }, parent);

const handoffAttributes = (handoff: {
  readonly id: string;
  readonly state: 'open' | 'completed';
  readonly role: string;
}): Attributes => ({
  [ATTR_COSTSPAN_ROLE]: 'handoff',
  [ATTR_COSTSPAN_CATEGORY]: 'human',
  [ATTR_COSTSPAN_HANDOFF_ID]: handoff.id,
  [ATTR_COSTSPAN_HANDOFF_STATE]: handoff.state,
  [ATTR_COSTSPAN_HUMAN_ROLE]: handoff.role,
});

const remember = (completed: Map<string, string | undefined>, id: string, idempotencyKey: string | undefined): void => {
  completed.set(id, idempotencyKey);
  if (completed.size <= completedHandoffsMax) return;
  const [oldest] = completed.keys();
  if (oldest !== undefined) completed.delete(oldest);
};

const warnAboutSecond = (id: string, first: string | undefined, second: string | undefined): void => {
  if (first === second) return;
  warnOnce(
    `handoff-twice ${id}`,
    `handoff.complete: handoff ${id} was completed twice, by different events; only the first is charged`,
  );
};

const checkText = (value: unknown, where: string): void => {
  if (typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= identityBytesMax) return;
  throw new CostspanError({
    code: 'option-invalid',
    where,
    problem: `expected a string of 1 to ${identityBytesMax} bytes`,
    found: shown(value),
    advice: 'name it shortly, such as "claims-reviewer"',
  });
};
