/** What kind of fault it is, for code that reacts; the message is for people. */
export type CostspanErrorCode =
  | 'config-invalid'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'address-unavailable'
  | 'input-invalid'
  | 'price-book-invalid'
  | 'ledger-unusable'
  | 'ledger-unavailable';

/** A fault its reader can mend. The message says where it is, what was wrong, what was found and what to do. */
export class CostspanError extends Error {
  readonly code: CostspanErrorCode;

  constructor(code: CostspanErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CostspanError';
    this.code = code;
  }
}
