import type { CostRecord, ItemKey } from '@costspan/ledger';
import type { CostspanErrorCode } from '../errors.ts';
import type { PackedFacts } from '../facts/packed-facts.ts';
import type { Claim, Claimed } from './claims.ts';
import type { CounterName } from './counters.ts';
import type { EncodedEvents } from './encoded-events.ts';
import type { EngineOptions, SentRecord } from './ledger-engine.ts';
import type { LedgerFileOptions } from './ledger-file.ts';
import type { OutgoingEvent } from './outgoing.ts';

/** What the ledger's thread is started with. */
export type LedgerThreadData = LedgerFileOptions & Omit<EngineOptions, 'onCommitPoint'>;

/** What the ledger's thread says when its file is open, or cannot be. */
export type LedgerGreeting = { readonly kind: 'open'; readonly emitter: string } | LedgerFailure;

export type LedgerFailure = { readonly kind: 'failed'; readonly code: CostspanErrorCode; readonly message: string };

/** What the ledger's thread can be asked. */
export type LedgerQuestion =
  | { readonly kind: 'commit'; readonly packed: PackedFacts['bytes']; readonly facts: number; readonly nowNs: bigint }
  | { readonly kind: 'receive'; readonly events: EncodedEvents; readonly facts: number; readonly nowNs: bigint }
  | { readonly kind: 'claim'; readonly claims: readonly Claim[]; readonly nowNs: bigint }
  | { readonly kind: 'record'; readonly item: ItemKey }
  | { readonly kind: 'outgoing'; readonly eventsMax: number }
  | { readonly kind: 'outgoing-sent'; readonly sequences: readonly bigint[] }
  | { readonly kind: 'dirty-records'; readonly recordsMax: number }
  | { readonly kind: 'mark-sent'; readonly records: readonly SentRecord[] }
  | { readonly kind: 'close-due'; readonly nowNs: bigint }
  | { readonly kind: 'counters' }
  | { readonly kind: 'close' };

/** A question and the number its answer will carry. */
export type LedgerRequest = { readonly id: number; readonly question: LedgerQuestion };

export type LedgerAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'records'; readonly records: readonly CostRecord[] }
  | { readonly kind: 'claimed'; readonly claimed: readonly Claimed[] }
  | { readonly kind: 'outgoing'; readonly events: readonly OutgoingEvent[] }
  | { readonly kind: 'due'; readonly more: boolean }
  | { readonly kind: 'counters'; readonly counters: Readonly<Record<CounterName, number>> }
  | LedgerFailure;

/** Answers, in the order the work was done. One commit answers several questions at once. */
export type LedgerResponse = ReadonlyArray<{ readonly id: number; readonly answer: LedgerAnswer }>;
