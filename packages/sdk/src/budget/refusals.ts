import { formatPico } from '@costspan/pricing';
import type { ApprovalRequest } from '../approval/approval-request.ts';
import { ApprovalRequiredError, BudgetExceededError, type BudgetStop, type StopReason } from '../errors.ts';
import type { WorkItem } from '../work-item/work-item-type.ts';
import type { AccountState, Claim } from './budget-store.ts';
import type { Budget } from './budget-type.ts';

/** An account that a call is counted on, and the budget that says so. */
export type Target = {
  readonly claim: Claim;
  readonly label: string;
  readonly budget: Budget;
  /** The item the budget was given for. */
  readonly item: WorkItem;
};

/** What was refused, and why. */
export type Refused = {
  readonly reason: StopReason;
  readonly target: Target;
  readonly state: AccountState;
  readonly wantedPico: bigint;
  /** What the call is, such as `openai gpt-5`, or why it cannot be bounded or priced. */
  readonly what: string;
};

/** The error for a call that a budget refuses. */
export const budgetExceeded = ({ reason, target, state, wantedPico, what }: Refused): BudgetExceededError => {
  const { budget, claim, label } = target;
  const { hardPico, hardMs } = claim.limits;
  const stop: BudgetStop = {
    budget: budget.name,
    scope: label,
    reason,
    currency: budget.currency,
    committed: formatPico(state.committedPico),
    reserved: formatPico(state.reservedPico),
    requested: formatPico(wantedPico),
    ...(hardPico !== undefined && { hard: formatPico(hardPico) }),
    elapsedMs: state.elapsedMs + claim.openMs,
    ...(hardMs !== undefined && { hardMs }),
  };
  return new BudgetExceededError(stop, MESSAGES[reason](stop, what));
};

/** The error for a call that needs an approval. */
export const approvalRequired = (request: ApprovalRequest): ApprovalRequiredError =>
  new ApprovalRequiredError(request, {
    problem:
      request.gate === undefined
        ? `needs an approval to work longer than ${request.gateMs} ms`
        : `needs an approval to spend more than ${request.gate} ${request.currency}`,
    found:
      request.gate === undefined
        ? `${request.elapsedMs} ms`
        : `${request.committed} spent, ${request.reserved} set aside and ${request.wanted} wanted`,
    advice: `send error.request to whoever decides, and let them call approval.grant or deny until ${request.expiresAt}`,
  });

type Words = { readonly problem: string; readonly found: string; readonly advice: string };

const MESSAGES: Readonly<Record<StopReason, (stop: BudgetStop, what: string) => Words>> = {
  money: (stop, what) => ({
    problem: `${what} may cost up to ${stop.requested} ${stop.currency}, and the hard limit is ${stop.hard}`,
    found: `${stop.committed} spent and ${stop.reserved} set aside`,
    advice: 'stop here, lower the output limit of the call, or raise `hard`',
  }),
  time: (stop) => ({
    problem: `expected at most ${stop.hardMs} ms of working time`,
    found: `${stop.elapsedMs} ms`,
    advice: 'stop here, or raise `time.hardMs`',
  }),
  unpriced: (_, what) => ({
    problem: 'a call without a known price cannot be limited',
    found: what,
    advice: 'add the price to a price book, give `assume.cost`, or accept it with `unpriced: "allow"`',
  }),
  unbounded: (_, what) => ({
    problem: 'a call whose worst case nobody knows cannot be limited',
    found: what,
    advice: 'say what it costs at most with `assume`',
  }),
  denied: (stop) => ({
    problem: 'the approval this call needs was denied',
    found: `${stop.committed} ${stop.currency} spent`,
    advice: 'stop here',
  }),
  'approval-timeout': (stop) => ({
    problem: 'nobody approved this call in time',
    found: `${stop.committed} ${stop.currency} spent`,
    advice: 'stop here, or give `approval.timeoutMs` more time',
  }),
  overrun: (stop, what) => ({
    problem: `the answer of ${what} grew beyond what was set aside for it`,
    found: `more than ${stop.requested} ${stop.currency}`,
    advice: 'use what has arrived, or raise `assume.outputTokensMax`',
  }),
  currency: (stop, what) => ({
    problem: `a budget in ${stop.currency} cannot count costs in another currency`,
    found: what,
    advice: 'give the budget the currency of the price book',
  }),
  'store-down': (_, what) => ({
    problem: 'the shared budget cannot be asked',
    found: what,
    advice: 'try again when the store is back, or let calls pass meanwhile with whenDown: "allow"',
  }),
  closed: () => ({
    problem: 'the agent that this slice was given to has ended',
    found: 'a call made after its end',
    advice: 'await every call inside of the agent',
  }),
};
