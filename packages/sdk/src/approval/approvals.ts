import { parsePico, price } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
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
import { SpanKind } from '@opentelemetry/api';
import { writeDecision } from '../budget/budget-events.ts';
import type { BudgetStore, DecideAnswer, GateDecision } from '../budget/budget-store.ts';
import type { Prices } from '../budget/prices.ts';
import { CostspanError } from '../errors.ts';
import { type Touch, type TouchTime, touchTimeOf } from '../handoff/touch.ts';
import { approvalPollMs, approvalsRememberedMax } from '../limits.ts';
import { checkFields } from '../options-check.ts';
import type { SpanStarter } from '../span-starter.ts';
import { onceContext } from '../spans/once-context.ts';
import type { SigningKeys } from '../token/signing-keys.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { type ApprovalClaims, readApproval, readReceipt, signReceipt } from './approval-token.ts';

/** How a person decided. */
export type ApprovalDecision = {
  /** Only of a grant, decimal text: the next approval is asked for when this is reached. Default: the gate stays open. */
  readonly upTo?: string;
  /** Only of a grant, of a gate in time: the same in milliseconds of working time. */
  readonly upToMs?: number;
  /** How long the person needed. Default: what the price book assumes for the role, and the cost is estimated. */
  readonly touch?: Touch;
  /** Tenant the caller may decide for. A token of another one is refused. Default: the tenant of `createCostspan`. */
  readonly tenant?: string;
};

/** What became of a decision. */
export type DecidedApproval = {
  readonly id: string;
  readonly decision: 'granted' | 'denied';
  readonly item: { readonly tenant?: string; readonly type: string; readonly id: string };
  /** Whether the gate knows already: true in the process that asked, and where the budgets share a store. */
  readonly applied: boolean;
  /** Whether the person's minutes were charged; false for a repetition. */
  readonly charged: boolean;
  /** Signed: brings the decision to a process whose budgets are its own, by `approval.apply`. */
  readonly receipt: string;
};

/** Decides about approvals, from any process that has the key. */
export type Approvals = {
  readonly grant: (token: string, decision?: ApprovalDecision) => Promise<DecidedApproval>;
  readonly deny: (token: string, decision?: Omit<ApprovalDecision, 'upTo' | 'upToMs'>) => Promise<DecidedApproval>;
  /** Lets the gates of this process know of a decision that was made in another one. Repeating it changes nothing. */
  readonly apply: (receipt: string) => Promise<void>;
  /** Resolves when the request is decided; with `timeout` when nobody did in time, which counts as denied. */
  readonly wait: (
    request: ApprovalRequest,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<'granted' | 'denied' | 'timeout'>;
};

/** What approvals work with. */
export type ApprovalParts = {
  readonly spans: SpanStarter;
  readonly store: BudgetStore;
  readonly prices: Prices;
  readonly signingKeys: SigningKeys;
  readonly tenant: string | undefined;
  readonly nowMs?: () => number;
};

/** The approvals of a Costspan. */
export const createApprovals = (parts: ApprovalParts): Approvals => {
  const { store, signingKeys, nowMs = Date.now } = parts;
  const remembered = new Map<string, 'granted' | 'denied'>();
  const listeners = new Map<string, Set<() => void>>();

  const decide = async (kind: 'granted' | 'denied', token: string, decision: ApprovalDecision): Promise<DecidedApproval> => {
    const where = kind === 'granted' ? 'approval.grant' : 'approval.deny';
    checkFields(where, decision, kind === 'granted' ? grantChecks : denyChecks);
    const claims = readApproval(token, signingKeys.keys, nowMs(), `${where}: token`);
    checkTenant(claims, decision.tenant ?? parts.tenant, where);
    const touch = decision.touch === undefined ? undefined : touchTimeOf(decision.touch, `${where}: touch`);
    const upToPico = decision.upTo === undefined ? undefined : parsePico(decision.upTo);
    const gate: GateDecision = {
      approvalId: claims.approvalId,
      kind,
      ...(upToPico !== undefined && { upToPico }),
      ...(decision.upToMs !== undefined && { upToMs: decision.upToMs }),
    };
    const answer = knownAnswer(await store.decide(claims.account, gate), gate, { store, remembered });
    failUnlessDecided(answer, claims, where);
    remember(remembered, claims.approvalId, kind);
    const isFirst = answer === 'done' || answer === 'unknown';
    if (isFirst) await charge(parts, claims, { kind, touch, nowMs: nowMs() });
    for (const listener of listeners.get(claims.approvalId) ?? []) listener();
    return {
      id: claims.approvalId,
      decision: kind,
      item: itemOf(claims),
      applied: answer !== 'unknown',
      charged: isFirst,
      receipt: signReceipt(
        {
          approvalId: claims.approvalId,
          account: claims.account,
          kind,
          expiresAtMs: claims.expiresAtMs,
          ...(upToPico !== undefined && { upToPico: String(upToPico) }),
          ...(decision.upToMs !== undefined && { upToMs: decision.upToMs }),
        },
        signingKeys.signing,
      ),
    };
  };

  return {
    grant: (token, decision = {}) => decide('granted', token, decision),
    deny: (token, decision = {}) => decide('denied', token, decision),
    apply: async (receipt) => {
      const { approvalId, account, kind, upToPico, upToMs } = readReceipt(receipt, signingKeys.keys, nowMs());
      const answer = await store.decide(account, {
        approvalId,
        kind,
        ...(upToPico !== undefined && { upToPico: BigInt(upToPico) }),
        ...(upToMs !== undefined && { upToMs }),
      });
      if (answer !== 'done' && answer !== 'repeated') throw notDecidable(answer, 'approval.apply');
      for (const listener of listeners.get(approvalId) ?? []) listener();
    },
    wait: async (request, { signal } = {}) => {
      const { account, approvalId, expiresAtMs } = claimsOf(request, signingKeys.keys);
      for (;;) {
        const state = await store.decisionOf(account, approvalId);
        if (state === 'granted') return state;
        if (state === 'denied') return nowMs() >= expiresAtMs ? 'timeout' : 'denied';
        if (state === 'unknown') throw notDecidable('unknown', 'approval.wait');
        await heardOf(listeners, approvalId, Math.min(approvalPollMs, Math.max(1, expiresAtMs - nowMs())), signal);
      }
    },
  };
};

const grantChecks = {
  upTo: [
    (value: unknown) => typeof value === 'string' && (parsePico(value) ?? -1n) >= 0n,
    'expected decimal text that is not negative, such as "4.00"',
    'leave it out to open the gate for good',
  ],
  upToMs: [
    (value: unknown) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
    'expected a positive whole number of milliseconds',
    'leave it out to open the gate for good',
  ],
  touch: [
    (value: unknown) => typeof value === 'object' && value !== null,
    'expected { minutes }',
    'write it like { minutes: 2 }',
  ],
  tenant: [(value: unknown) => typeof value === 'string' && value !== '', 'expected a name', 'leave it out'],
} as const;

const denyChecks = { touch: grantChecks.touch, tenant: grantChecks.tenant } as const;

const checkTenant = (claims: ApprovalClaims, tenant: string | undefined, where: string): void => {
  if (tenant === undefined || tenant === (claims.item.tenant ?? 'default')) return;
  throw new CostspanError({
    code: 'approval-tenant',
    where: `${where}: token`,
    problem: 'expected an approval of the tenant that decides',
    found: 'one of another tenant',
    advice: 'let the tenant decide that the work item belongs to; nothing was changed',
  });
};

/**
 * A process with accounts of its own does not know the request of another one: there its memory tells repetitions. Where the
 * store is shared, a request that nobody knows is void.
 */
const knownAnswer = (
  answer: DecideAnswer,
  { approvalId, kind }: GateDecision,
  { store, remembered }: { readonly store: BudgetStore; readonly remembered: ReadonlyMap<string, string> },
): DecideAnswer | 'void' => {
  if (answer !== 'unknown') return answer;
  if (!store.isImmediate) return 'void';
  const before = remembered.get(approvalId);
  return before === undefined ? 'unknown' : before === kind ? 'repeated' : 'decided-otherwise';
};

const failUnlessDecided = (answer: DecideAnswer | 'void', claims: ApprovalClaims, where: string): void => {
  if (answer === 'done' || answer === 'repeated' || answer === 'unknown') return;
  if (answer === 'void') throw notDecidable('unknown', where);
  throw notDecidable(answer, where, new Date(claims.expiresAtMs).toISOString());
};

const notDecidable = (answer: DecideAnswer, where: string, expiresAt = 'its end'): CostspanError => {
  if (answer === 'decided-otherwise') {
    return new CostspanError({
      code: 'approval-decided',
      where,
      problem: 'expected a request that is open',
      found: 'one that was decided the other way',
      advice: 'the first decision stands; run the work again to be asked again',
    });
  }
  if (answer === 'expired') {
    return new CostspanError({
      code: 'approval-token-expired',
      where,
      problem: `the approval had to be decided until ${expiresAt}, and counts as denied`,
      advice: 'run the work again, which asks again',
    });
  }
  return new CostspanError({
    code: 'approval-unknown',
    where,
    problem: 'expected a request that waits at a gate of this store',
    found: 'none of this identifier',
    advice: 'decide in the process that asked, or share a store; a request that was decided or replaced cannot be used again',
  });
};

type Deciding = { readonly kind: 'granted' | 'denied'; readonly touch: TouchTime | undefined; readonly nowMs: number };

/** Charges the person's minutes: to the item as a handoff that ends here, and to the budget that asked. */
const charge = async (parts: ApprovalParts, claims: ApprovalClaims, { kind, touch, nowMs }: Deciding): Promise<void> => {
  const waitedMs = Math.max(0, nowMs - claims.requestedAtMs);
  const span = parts.spans.startSpan(
    `handoff ${claims.role}`,
    {
      kind: SpanKind.INTERNAL,
      attributes: {
        [ATTR_COSTSPAN_ROLE]: 'handoff',
        [ATTR_COSTSPAN_CATEGORY]: 'human',
        [ATTR_COSTSPAN_HANDOFF_ID]: claims.approvalId,
        [ATTR_COSTSPAN_HANDOFF_STATE]: 'completed',
        [ATTR_COSTSPAN_HANDOFF_REASON]: `budget ${claims.budget}`,
        [ATTR_COSTSPAN_HUMAN_ROLE]: claims.role,
        [ATTR_COSTSPAN_HUMAN_DECISION]: kind,
        [ATTR_COSTSPAN_HUMAN_TOUCH_SOURCE]: touch?.source ?? 'default',
        [ATTR_COSTSPAN_HUMAN_WAIT_MS]: Math.max(0, waitedMs - (touch?.ms ?? 0)),
        ...(touch !== undefined && { [ATTR_COSTSPAN_HUMAN_TOUCH_MS]: touch.ms }),
      },
    },
    onceContext(`approval decided ${claims.approvalId}`, claims),
  );
  writeDecision(span, {
    decision: kind === 'granted' ? 'grant' : 'deny',
    budget: { name: claims.budget, currency: claims.currency },
    scope: claims.scope,
    approvalId: claims.approvalId,
  });
  span.end();
  await chargeBudget(parts, claims, { touch, nowMs });
};

const chargeBudget = async (
  { store, prices }: ApprovalParts,
  claims: ApprovalClaims,
  { touch, nowMs }: Pick<Deciding, 'touch' | 'nowMs'>,
): Promise<void> => {
  if ((await store.stateOf(claims.account)) === undefined) return;
  const book = await prices.ready();
  const usage = touch === undefined ? {} : { human_ms: touch.ms };
  const { complete, amountPico, currency } = price({ atMs: nowMs, provider: 'human', model: claims.role, usage }, book);
  if (!complete || currency !== claims.currency) return;
  const claim = { account: claims.account, currency, limits: {}, openMs: 0 };
  await store.charge({ id: `approval ${claims.approvalId}`, amountPico, claims: [claim], watched: [] });
};

const itemOf = ({ item: { tenant, type, id } }: ApprovalClaims): DecidedApproval['item'] => ({
  ...(tenant !== undefined && { tenant }),
  type,
  id,
});

// An expired request can still be asked about: the answer is that it timed out.
const claimsOf = (request: ApprovalRequest, keys: readonly string[]): ApprovalClaims =>
  readApproval(request?.token, keys, 0, 'approval.wait: request.token');

const remember = (remembered: Map<string, 'granted' | 'denied'>, id: string, kind: 'granted' | 'denied'): void => {
  remembered.set(id, kind);
  if (remembered.size <= approvalsRememberedMax) return;
  const [oldest] = remembered.keys();
  if (oldest !== undefined) remembered.delete(oldest);
};

/** Resolves when this process hears of a decision, or after `timeoutMs`; rejects when `signal` aborts. */
const heardOf = (
  listeners: Map<string, Set<() => void>>,
  approvalId: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const own = listeners.get(approvalId) ?? new Set();
    listeners.set(approvalId, own);
    const done = (end: () => void): void => {
      clearTimeout(timer);
      own.delete(heard);
      if (own.size === 0) listeners.delete(approvalId);
      signal?.removeEventListener('abort', aborted);
      end();
    };
    const heard = (): void => done(resolve);
    const aborted = (): void => done(() => reject(signal?.reason));
    const timer = setTimeout(heard, timeoutMs);
    own.add(heard);
    signal?.addEventListener('abort', aborted);
  });
