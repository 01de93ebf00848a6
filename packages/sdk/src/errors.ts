/** What went wrong, as a stable name that programs may compare. */
export type CostspanErrorCode =
  | 'client-unsupported'
  | 'cost-invalid'
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

/** The form of a value for a message, without its contents where they may be long or private. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
};
