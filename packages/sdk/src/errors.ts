import type { ApprovalRequest } from './approval/approval-request.ts';
import { errorCausesMax } from './limits.ts';

/** What went wrong, as a stable name that programs may compare. */
export type CostspanErrorCode =
  | 'approval-decided'
  | 'approval-required'
  | 'approval-tenant'
  | 'approval-token-corrupt'
  | 'approval-token-expired'
  | 'approval-token-forged'
  | 'approval-unknown'
  | 'budget-exceeded'
  | 'budget-store-down'
  | 'client-unsupported'
  | 'cost-invalid'
  | 'cost-unavailable'
  | 'handoff-key-invalid'
  | 'handoff-token-corrupt'
  | 'handoff-token-expired'
  | 'handoff-token-forged'
  | 'handoff-touch-invalid'
  | 'option-invalid'
  | 'option-unknown'
  | 'telemetry-missing'
  | 'usage-invalid'
  | 'work-item-invalid'
  | 'work-item-missing';

/** The four parts of every message: where, what was wrong, what was found, what to do. */
export type CostspanErrorFields = {
  readonly code: CostspanErrorCode;
  /** The call and field at fault, such as `createCostspan: endpoint`. */
  readonly where: string;
  /** What was expected or is wrong. */
  readonly problem: string;
  /** What was there instead; never a secret, prompt or answer. */
  readonly found?: string;
  /** What to do about it. */
  readonly advice: string;
};

const MARKER = Symbol.for('@costspan/sdk/error');

/** An error of Costspan itself: a wrong option, an unusable token. Errors of the wrapped clients are never turned into it. */
export class CostspanError extends Error {
  readonly code: CostspanErrorCode;
  readonly where: string;
  readonly problem: string;
  readonly found: string | undefined;
  readonly advice: string;

  constructor(fields: CostspanErrorFields) {
    const found = fields.found === undefined ? '' : `, found ${fields.found}`;
    super(`${fields.where}: ${fields.problem}${found}; ${fields.advice}`);
    this.name = 'CostspanError';
    Object.defineProperty(this, MARKER, { value: true });
    this.code = fields.code;
    this.where = fields.where;
    this.problem = fields.problem;
    this.found = fields.found;
    this.advice = fields.advice;
  }

  /** Whether `value` is a CostspanError, also one of another copy of this package. */
  static isInstance(value: unknown): value is CostspanError {
    return typeof value === 'object' && value !== null && MARKER in value;
  }
}

/** Why a budget refuses a call. */
export type StopReason =
  /** The hard limit of money. */
  | 'money'
  /** The hard limit of working time. */
  | 'time'
  /** No price is known for it. */
  | 'unpriced'
  /** Nobody knows what it costs at most. */
  | 'unbounded'
  /** A person said no. */
  | 'denied'
  /** No person answered in time. */
  | 'approval-timeout'
  /** A stream grew beyond what was set aside for it. */
  | 'overrun'
  /** The price book counts in another currency. */
  | 'currency'
  /** The shared store cannot be asked. */
  | 'store-down'
  /** The agent whose slice it is has ended. */
  | 'closed';

/** What a budget says when it refuses. Amounts are decimal text of `currency`. */
export type BudgetStop = {
  readonly budget: string;
  /** What the budget counts, such as `item` or `agent researcher`. */
  readonly scope: string;
  readonly reason: StopReason;
  readonly currency: string;
  readonly committed: string;
  readonly reserved: string;
  /** What the refused call may have cost. */
  readonly requested: string;
  readonly hard?: string;
  readonly elapsedMs: number;
  readonly hardMs?: number;
};

/** A call that a budget refuses, or stops. Nothing was sent, unless `reason` is `time` or `overrun`. */
export class BudgetExceededError extends CostspanError {
  readonly stop: BudgetStop;
  /** Payment Required: web frameworks answer with it, and clients that retry by status do not try again. */
  readonly status = 402;

  constructor(stop: BudgetStop, fields: Pick<CostspanErrorFields, 'problem' | 'found' | 'advice'>) {
    super({ ...fields, code: 'budget-exceeded', where: `budget ${stop.budget} (${stop.scope})` });
    this.name = 'BudgetExceededError';
    this.stop = stop;
  }

  /** The BudgetExceededError that `error` is or was caused by, also one of another copy of this package; else undefined. */
  static find(error: unknown): BudgetExceededError | undefined {
    return findCause(error, 'budget-exceeded') as BudgetExceededError | undefined;
  }
}

/** A call that needs an approval first. Nothing was sent. */
export class ApprovalRequiredError extends CostspanError {
  /** The same for every call that waits at this gate. */
  readonly request: ApprovalRequest;
  /** Forbidden, for now: clients that retry by status do not try again. */
  readonly status = 403;

  constructor(request: ApprovalRequest, fields: Pick<CostspanErrorFields, 'problem' | 'found' | 'advice'>) {
    super({ ...fields, code: 'approval-required', where: `budget ${request.budget} (${request.scope})` });
    this.name = 'ApprovalRequiredError';
    this.request = request;
  }

  /** The ApprovalRequiredError that `error` is or was caused by, also one of another copy of this package; else undefined. */
  static find(error: unknown): ApprovalRequiredError | undefined {
    return findCause(error, 'approval-required') as ApprovalRequiredError | undefined;
  }
}

// Helpers of the clients wrap what went wrong in errors of their own. Causes may point at each other.
const findCause = (error: unknown, code: CostspanErrorCode): CostspanError | undefined => {
  let current = error;
  for (let depth = 0; depth < errorCausesMax; depth += 1) {
    if (CostspanError.isInstance(current) && current.code === code) return current;
    if (typeof current !== 'object' || current === null || !('cause' in current)) return undefined;
    current = current.cause;
  }
  return undefined;
};

/** The form of a value for a message, without its contents where they may be long or private. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
