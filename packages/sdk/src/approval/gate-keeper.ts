import { randomUUID } from 'node:crypto';
import { formatPico } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_HANDOFF_ID,
  ATTR_COSTSPAN_HANDOFF_REASON,
  ATTR_COSTSPAN_HANDOFF_STATE,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_ROLE,
} from '@costspan/semconv';
import { type Context, SpanKind } from '@opentelemetry/api';
import { writeDecision } from '../budget/budget-events.ts';
import type { AccountState, BudgetStore, OrPromise, PendingApproval } from '../budget/budget-store.ts';
import { approvalTimeoutMsOf } from '../budget/create-budget.ts';
import { whenKnown } from '../budget/or-promise.ts';
import { approvalRequired, type Target } from '../budget/refusals.ts';
import { decidedOf } from '../budget/ticket.ts';
import { guard, warnOnce } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import type { SigningKeys } from '../token/signing-keys.ts';
import { traceparentOf } from '../work-item/span-context-text.ts';
import { withWorkItem } from '../work-item/work-item-context.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { signApproval } from './approval-token.ts';

/** A call that stands before a gate. */
export type GateStop = {
  readonly target: Target;
  readonly agent: string | undefined;
  readonly unit: 'money' | 'time';
  readonly state: AccountState;
  /** The request that waits there already. */
  readonly pending: PendingApproval | undefined;
  readonly wantedPico: bigint;
  readonly context: Context;
};

/** Asks for approvals. */
export type GateKeeper = {
  /** Throws the ApprovalRequiredError for a call before a gate: every call that waits there gets the same request. */
  readonly close: (stop: GateStop) => OrPromise<never>;
};

/** The gate keeper of a Costspan. */
export const createGateKeeper = (spans: SpanStarter, store: BudgetStore, signingKeys: SigningKeys): GateKeeper => ({
  close: (stop) => {
    if (stop.pending !== undefined) throw approvalRequired(JSON.parse(stop.pending.text) as ApprovalRequest);
    if (signingKeys.isOwn) warnOnce('approval-key', OWN_KEY_WARNING);
    const { request, expiresAtMs, announce } = makeRequest(spans, stop, signingKeys.signing);
    const pending: PendingApproval = { id: request.id, text: JSON.stringify(request), expiresAtMs };
    return whenKnown(store.openGate(stop.target.claim.account, pending), (kept) => {
      // Another call, or another process, may have asked first.
      if (kept.id !== request.id) throw approvalRequired(JSON.parse(kept.text) as ApprovalRequest);
      announce();
      guard('onGate', () => stop.target.budget.init.onGate?.(request), undefined);
      throw approvalRequired(request);
    });
  },
});

const OWN_KEY_WARNING =
  'approval: no handoffKey and no COSTSPAN_HANDOFF_KEY: other processes, and this one after a restart, cannot approve; set one of them';

type Made = { readonly request: ApprovalRequest; readonly expiresAtMs: number; readonly announce: () => void };

const makeRequest = (spans: SpanStarter, stop: GateStop, key: string): Made => {
  const { target, state, wantedPico, unit } = stop;
  const { budget, label, claim, item } = target;
  const { gatePico, gateMs, hardPico, hardMs } = claim.limits;
  const id = randomUUID();
  const role = budget.init.approval?.role ?? 'approver';
  const requestedAtMs = Date.now();
  const expiresAtMs = requestedAtMs + approvalTimeoutMsOf(budget);
  const span = spans.startSpan(
    `handoff ${role}`,
    {
      kind: SpanKind.INTERNAL,
      attributes: {
        [ATTR_COSTSPAN_ROLE]: 'handoff',
        [ATTR_COSTSPAN_CATEGORY]: 'human',
        [ATTR_COSTSPAN_HANDOFF_ID]: id,
        [ATTR_COSTSPAN_HANDOFF_STATE]: 'open',
        [ATTR_COSTSPAN_HANDOFF_REASON]: `budget ${budget.name}`,
        [ATTR_COSTSPAN_HUMAN_ROLE]: role,
      },
    },
    withWorkItem(stop.context, item),
  );
  const { attributes: _, ...identity } = item;
  const token = signApproval(
    {
      approvalId: id,
      account: claim.account,
      budget: budget.name,
      scope: label,
      currency: budget.currency,
      role,
      item: identity,
      traceparent: traceparentOf(span.spanContext()),
      requestedAtMs,
      expiresAtMs,
    },
    key,
  );
  const request: ApprovalRequest = {
    id,
    token,
    budget: budget.name,
    scope: label,
    item: { ...(item.tenant !== undefined && { tenant: item.tenant }), type: item.type, id: item.id },
    ...(stop.agent !== undefined && { agent: stop.agent }),
    role,
    currency: budget.currency,
    committed: formatPico(state.committedPico),
    reserved: formatPico(state.reservedPico),
    wanted: formatPico(wantedPico),
    ...(unit === 'money' && gatePico !== undefined && { gate: formatPico(gatePico) }),
    ...(hardPico !== undefined && { hard: formatPico(hardPico) }),
    elapsedMs: state.elapsedMs + claim.openMs,
    ...(gateMs !== undefined && { gateMs }),
    ...(hardMs !== undefined && { hardMs }),
    requestedAt: new Date(requestedAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs).toISOString(),
  };
  const announce = (): void => {
    const limit =
      unit === 'money'
        ? gatePico === undefined
          ? {}
          : { limitPico: gatePico }
        : gateMs === undefined
          ? {}
          : { limitMs: gateMs };
    writeDecision(span, { ...decidedOf(target, 'gate', wantedPico, state), ...limit, approvalId: id });
    span.end();
  };
  return { request, expiresAtMs, announce };
};
