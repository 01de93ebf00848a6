export type { Delivery } from './delivery.ts';
export type { LedgerStore } from './store/ledger-store.ts';
export type { OpenLedger, OpenLedgerOptions } from './store/open-ledger.ts';
export { openLedger } from './store/open-ledger.ts';
