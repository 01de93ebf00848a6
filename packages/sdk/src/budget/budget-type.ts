import type { ApprovalRequest } from '../approval/approval-request.ts';
import type { BudgetExceededError } from '../errors.ts';

/** What one account of a budget counts: an item, all items of a type, a tenant, each agent, or each tool. */
export type BudgetScope = 'item' | 'type' | 'tenant' | 'agent' | 'tool';

/** A calendar period in UTC. A week starts on Monday. */
export type BudgetPeriod = 'hour' | 'day' | 'week' | 'month';

/** Limits in working time, in milliseconds: how long `workItem.run` or `agent` may take in all. */
export type TimeLimits = { readonly softMs?: number; readonly gateMs?: number; readonly hardMs?: number };

/** What to take for granted of a call whose worst case nobody knows. Without it such a call is refused. */
export type Assumption = {
  /** What one attempt of such a call costs at most, decimal text. Wins over the others. */
  readonly cost?: string;
  /** Tokens of its input at most, with what it refers to: images by address, earlier answers, files. */
  readonly inputTokensMax?: number;
  /** Tokens of its output at most. A stream that grows longer is stopped. */
  readonly outputTokensMax?: number;
};

/** Something a budget reports as it happens. Amounts are decimal text. */
export type BudgetNotice = {
  readonly budget: string;
  /** What the account counts, such as `item` or `agent researcher`. */
  readonly scope: string;
  readonly currency: string;
  readonly committed: string;
  readonly reserved: string;
  readonly elapsedMs: number;
};

/** What an application says to limit cost. Give at least one limit, of money or of time. */
export type BudgetInit = {
  /** Shown in errors, events and approvals; names the account in a shared store. Default: `per-` and the scope. */
  readonly name?: string;
  readonly per: BudgetScope;
  /** Only items of this type. Default: every item the budget is given to. */
  readonly type?: string;
  /** Only this agent, of a budget per agent. Default: each agent for itself. */
  readonly agent?: string;
  /** Only this tool, of a budget per tool. Default: each tool for itself. */
  readonly tool?: string;
  /** Counts afresh in every period, across items. Needed per type and per tenant; default: none, the whole life of the item. */
  readonly period?: BudgetPeriod;
  /** ISO 4217: the currency of the price book. */
  readonly currency: string;
  /** Decimal text. Once so much is spent, `onSoft` is called and the work goes on. */
  readonly soft?: string;
  /** Decimal text. A call that may bring the total above it needs an approval first. */
  readonly gate?: string;
  /** Decimal text. A call that may bring the total above it is refused. */
  readonly hard?: string;
  readonly time?: TimeLimits;
  /** Who approves at the gate, and how long the request waits. Default: role `approver`, 24 hours. */
  readonly approval?: { readonly role?: string; readonly timeoutMs?: number };
  /** Whether a call without a known price is refused. Default `deny`: what nobody can price, nobody can limit. */
  readonly unpriced?: 'deny' | 'allow';
  readonly assume?: Assumption;
  /** Called once per account when `soft` is reached. */
  readonly onSoft?: (notice: BudgetNotice) => void;
  /** Called when a gate asks for an approval, once per request: send it to whoever decides. */
  readonly onGate?: (request: ApprovalRequest) => void;
  /** Called for every call the budget refuses. */
  readonly onStop?: (stop: BudgetExceededError) => void;
  /** Called when something cost more than was reserved for it and the hard limit is passed. */
  readonly onOvershoot?: (notice: BudgetNotice) => void;
};

/** A budget, to be given to `workItem.run` and `agent`. */
export type Budget = {
  readonly name: string;
  readonly per: BudgetScope;
  readonly currency: string;
  readonly init: BudgetInit;
  /** Limits in pico units (1e-12 of the currency) and milliseconds. */
  readonly limits: BudgetLimits;
};

/** Limits ready to be compared. */
export type BudgetLimits = {
  readonly softPico?: bigint;
  readonly gatePico?: bigint;
  readonly hardPico?: bigint;
  readonly softMs?: number;
  readonly gateMs?: number;
  readonly hardMs?: number;
};
