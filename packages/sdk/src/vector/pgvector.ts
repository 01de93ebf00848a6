import type { BoundMethod, Replacement } from '../derive/derive-client.ts';
import { at, lengthOf, textOf } from './fields.ts';
import type { DeriveVector, MeterVector, VectorCall, VectorLibrary, VectorShape } from './vector-shape.ts';

/** The distance operators of pgvector, for dense, sparse and binary vectors. */
const DISTANCE = /<->|<#>|<=>|<\+>|<~>|<%>/;

/** The table that is searched, where the statement names it plainly. */
const TABLE = /\bfrom\s+(?:only\s+)?("?[\w$]+"?(?:\."?[\w$]+"?)?)/i;

/** A statement that measures distances is a vector query; others bear no cost by themselves. */
const callOf = (statement: unknown): VectorCall | undefined => {
  const text = textOf(statement) ?? textOf(at(statement, 'text')) ?? textOf(at(statement, 'cursor', 'text'));
  if (text === undefined || !DISTANCE.test(text)) return undefined;
  return {
    operation: 'query',
    collection: TABLE.exec(text)?.[1]?.replaceAll('"', ''),
    usage: { vector_queries: 1 },
    returnedRows: (result) => lengthOf(at(result, 'rows')),
  };
};

type Callback = (this: unknown, error: unknown, ...rest: readonly unknown[]) => unknown;

const isCallback = (value: unknown): value is Callback => typeof value === 'function';

const query =
  (meter: MeterVector): Replacement =>
  (original) =>
  (...args) => {
    const call = callOf(args[0]);
    if (call === undefined) return original(...args);
    const last = args.at(-1);
    return isCallback(last) ? queryThenCall(meter, call, original, args, last) : meter(call, () => original(...args));
  };

/** The callback is called as it would be: by the library, at that moment, and by us only when a budget refuses the call. */
const queryThenCall = (
  meter: MeterVector,
  call: VectorCall,
  original: BoundMethod,
  args: readonly unknown[],
  callback: Callback,
): undefined => {
  let [isTold, isSync] = [false, true];
  let thrown: { readonly error: unknown } | undefined;
  const start = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const observed: Callback = function (error, ...rest) {
        if (error) reject(error);
        else resolve(rest[0]);
        return callback.call(this, error, ...rest);
      };
      try {
        original(...args.slice(0, -1), observed);
        isTold = true;
      } catch (error) {
        // Arguments that the library refuses at once: thrown where the caller can catch it.
        if (isSync) thrown = { error };
        isTold = isSync;
        reject(error);
      }
    });
  meter(call, start).catch((error: unknown) => {
    if (!isTold) callback(error);
  });
  isSync = false;
  if (thrown !== undefined) throw thrown.error;
};

/** What a pool hands out is metered too, by promise or by callback. */
const connect =
  (derive: DeriveVector): Replacement =>
  (original) =>
  (...args) => {
    const [callback] = args;
    const derived = (client: unknown): unknown =>
      typeof client === 'object' && client !== null ? derive(client, clientShape) : client;
    if (!isCallback(callback)) {
      const connected = original(...args);
      return connected instanceof Promise ? connected.then(derived) : connected;
    }
    return original(function (this: unknown, error: unknown, client: unknown, ...rest: readonly unknown[]) {
      return callback.call(this, error, derived(client), ...rest);
    });
  };

const clientShape: VectorShape = { replace: (meter) => ({ query: query(meter) }) };
const poolShape: VectorShape = { replace: (meter, derive) => ({ query: query(meter), connect: connect(derive) }) };

/** `pg`: a pool or a client. Vector queries are told by pgvector's operators. */
export const pgvector: VectorLibrary = {
  system: 'postgresql',
  provider: 'pgvector',
  clients: [
    { has: ['query', 'connect', 'end', 'totalCount', 'idleCount'], shape: poolShape },
    { has: ['query', 'connect', 'end', 'escapeIdentifier', 'processID'], shape: clientShape },
  ],
};
