import type { FakeReply, FakeRequest, FakeUsage } from './script.ts';

/** One event of a stream, ready for the wire. */
export type FakeEvent = {
  readonly event?: string;
  readonly data: string;
  /** The event in a framing that is not server-sent events; replaces `event` and `data`. */
  readonly frame?: Uint8Array;
  /** Whether the client learns the usage from this event. */
  readonly carriesUsage?: boolean;
};

/** What an endpoint has to say, before anything goes wrong on the way. */
export type Answer = {
  readonly body:
    | { readonly json: unknown }
    /** `contentType` by default that of server-sent events. */
    | { readonly events: readonly FakeEvent[]; readonly contentType?: string }
    | { readonly bytes: Uint8Array; readonly contentType: string };
  readonly model?: string;
  readonly usage?: FakeUsage;
  /** The usage object on the wire; absent when the body carries none. */
  readonly rawUsage?: unknown;
  readonly responseId?: string;
};

/** What an endpoint refuses by itself, such as a body it cannot read. */
export type Refusal = { readonly status: number; readonly message: string };

/** Answers one request. `newId` makes identifiers that no other server of any test run makes. */
export type Endpoint = (request: FakeRequest, reply: FakeReply, newId: (prefix: string) => string) => Answer | Refusal;

/** What makes a provider that provider. */
export type ProviderFormat = {
  readonly name: string;
  readonly route: (method: string, path: string) => Endpoint | undefined;
  /** What is refused before any script is asked, such as a missing key. */
  readonly refuse: (request: FakeRequest) => Refusal | undefined;
  readonly errorBody: (status: number, message: string, requestId: string) => unknown;
  /** The event of an error in the middle of a stream. */
  readonly errorEvent: FakeEvent;
  readonly requestIdHeader: string;
};
