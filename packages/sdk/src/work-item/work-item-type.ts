import type { Attributes } from '@opentelemetry/api';

/** Values to report by, such as `{ team: 'support' }`. At most 16; keys at most 64 bytes, values at most 256. */
export type Dimensions = Readonly<Record<string, string>>;

/** What an application says to name a work item. */
export type WorkItemInit = {
  /** Kind of work item, such as `ticket`. */
  readonly type: string;
  /** Identifier inside its tenant and type. At most 256 bytes. */
  readonly id: string;
  /** Default: the tenant of `createCostspan`, or else none. */
  readonly tenant?: string;
  /** The work item this one is a part of; an identifier alone means one of the same type. Default: the enclosing item. */
  readonly parent?: string | { readonly type: string; readonly id: string };
  readonly dimensions?: Dimensions;
};

/** A work item as it travels in a context. Plain data, so that two copies of this package understand each other. */
export type WorkItem = {
  readonly tenant?: string;
  readonly type: string;
  /** As it is sent: an HMAC where `idHmacKey` is set. */
  readonly id: string;
  readonly parentId?: string;
  readonly dimensions: Dimensions;
  /** What is stamped on spans, made once. */
  readonly attributes: Attributes;
};
