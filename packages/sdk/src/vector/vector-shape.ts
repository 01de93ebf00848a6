import type { Usage } from '@costspan/pricing';
import type { Replacement } from '../derive/derive-client.ts';

/** One call of a vector database, in the words of OpenTelemetry's conventions. */
export type VectorCall = {
  /** `db.operation.name`, such as `query`. */
  readonly operation: string;
  /** `db.collection.name`. */
  readonly collection?: string | undefined;
  /** `db.namespace`. */
  readonly namespace?: string | undefined;
  /** `db.operation.batch.size`: queries or vectors sent at once, where more than one can be. */
  readonly batchSize?: number | undefined;
  /** What the call uses: known before, or read from what it returned. */
  readonly usage: Usage | ((result: unknown) => Usage);
  /** Why the usage is an assumption; its price is then an estimate. */
  readonly assumption?: string;
  /** `db.response.returned_rows`, where the result tells. */
  readonly returnedRows?: (result: unknown) => number | undefined;
  /** What went wrong, where the library resolves with a failure. */
  readonly failureOf?: (result: unknown) => string | undefined;
};

/** Runs a call of a vector database in a span of its cost. What comes back is what `run` gave. */
export type MeterVector = <T>(call: VectorCall, run: () => T) => T;

/**
 * Tells what a call does, from its arguments and the object that was asked, or the one it is a part of. Undefined: the call
 * bears no cost by itself.
 */
export type ReadCall = (args: readonly unknown[], asked: object) => VectorCall | undefined;

/** What is metered of one kind of object that a library hands out. */
export type VectorShape = {
  /** Methods that ask the database. */
  readonly calls?: Readonly<Record<string, ReadCall>>;
  /** Methods that hand out further objects to meter: one, a list, or a promise of either. */
  readonly opens?: Readonly<Record<string, () => VectorShape>>;
  /** Properties whose methods act for the object they are a part of. */
  readonly parts?: Readonly<Record<string, VectorShape>>;
  /** Methods that do their work by calling others, which are metered one by one. */
  readonly through?: readonly string[];
  /** Methods that need more than a description. */
  readonly replace?: (meter: MeterVector, derive: DeriveVector) => Readonly<Record<string, Replacement>>;
};

/** A metered stand-in for an object of a library. */
export type DeriveVector = <T extends object>(client: T, shape: VectorShape) => T;

/** A client library of a vector database. */
export type VectorLibrary = {
  /** `db.system.name`. */
  readonly system: string;
  /** Name in the price book, where it is not the system. */
  readonly provider?: string;
  /** The objects of the library that a user may give, by the methods and parts that together only they have. */
  readonly clients: readonly { readonly has: readonly string[]; readonly shape: VectorShape }[];
};
