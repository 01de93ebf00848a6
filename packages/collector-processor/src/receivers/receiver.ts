/** A receiver that listens. */
export type Receiver = {
  readonly port: number;
  /** Base address of the receiver, for example `http://127.0.0.1:4318`. */
  readonly url: string;
  /** Reads the TLS files again and resolves with what makes new connections use them. Rejects when one is bad. */
  readonly prepareTls: () => Promise<() => void>;
  /** Stops accepting, lets requests under way finish, and closes. After the time whatever is left is cut. */
  readonly stop: (timeoutMs: number) => Promise<void>;
};
