import type { Config } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import type { CostspanErrorCode } from '../errors.ts';
import type { Outgoing } from '../exporters/exporter.ts';
import type { LogFields } from '../logger.ts';
import type { PageAnswer } from '../receivers/otlp-http/options.ts';
import type { MetricsSnapshot } from '../self-metrics.ts';
import type { LedgerStore } from '../store/ledger-store.ts';
import type { LedgerEvents } from '../store/received-events.ts';
import type { SharedLimits } from '../tenant-limits.ts';
import type { SharedSums } from './shared-allowance.ts';

/** What a network thread is started with. */
export type NetworkThreadData = {
  /** With this thread's share of the bounds. */
  readonly config: Config;
  /** From 0. */
  readonly thread: number;
  readonly inFlightSums: SharedSums;
  readonly sharedLimits: SharedLimits;
  readonly inFlightBytesMax: number;
  /** Pages that the main thread answers. */
  readonly pagePaths: readonly string[];
  /** Destinations that the main thread writes to, because a file has one writer. */
  readonly fileExporters: readonly string[];
};

/** What a network thread says first: that it takes requests, or why it cannot. */
export type NetworkGreeting =
  | { readonly kind: 'listening'; readonly http?: Address; readonly grpc?: Address }
  | { readonly kind: 'failed'; readonly code?: CostspanErrorCode; readonly message: string };

/** Where a receiver listens. */
export type Address = { readonly port: number; readonly url: string };

/** What the main thread can ask a network thread. */
export type NetworkCalls = {
  /** Reads books and certificates again and keeps them aside. Rejects when one is bad. */
  readonly prepareReload: () => Promise<void>;
  /** Uses what was prepared, or forgets it. */
  readonly finishReload: (use: boolean) => void;
  readonly metrics: () => Promise<MetricsSnapshot>;
  /** Stops accepting, finishes what is under way within the time, and ends. */
  readonly stop: (timeoutMs: number) => Promise<void>;
};

/** What a network thread can ask the main thread. */
export type ControlCalls = {
  readonly listening: (greeting: NetworkGreeting) => void;
  /** Resolves when the facts are durable. */
  readonly commit: (facts: Parameters<LedgerStore['commit']>[0]) => Promise<void>;
  /** Resolves when what other ledgers decided is durable. */
  readonly receive: (events: LedgerEvents) => Promise<void>;
  readonly claim: (claims: Parameters<LedgerStore['claim']>[0]) => ReturnType<LedgerStore['claim']>;
  readonly record: (item: Parameters<LedgerStore['record']>[0]) => ReturnType<LedgerStore['record']>;
  readonly send: (question: { readonly exporter: string; readonly request: Outgoing }) => Promise<Delivery>;
  readonly page: (path: string) => Promise<PageAnswer>;
  readonly log: (line: {
    readonly severity: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly fields: LogFields;
  }) => void;
};
