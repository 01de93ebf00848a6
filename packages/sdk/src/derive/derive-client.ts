/** A method of a client, called with its arguments; the client itself is seen to. */
export type BoundMethod = (...args: readonly unknown[]) => unknown;

/** What is put in the place of a method of a client. `derived` is the client its caller holds. */
export type Replacement = (original: BoundMethod, derived: object) => (...args: readonly unknown[]) => unknown;

/** Replacements by the name of a method, and what stands for a property that is a part of the client. */
export type Replacements = {
  readonly methods?: Readonly<Record<string, Replacement>>;
  readonly parts?: Readonly<Record<string, (part: object) => object>>;
};

/**
 * An object that is `client` to whoever uses it: `instanceof` its class, with its types, properties and state, except for
 * the methods that are replaced. Methods always run on `client` itself, so that private fields and event listeners work,
 * and so that what a method calls inside is not replaced a second time. `client` is not touched.
 */
export const deriveClient = <T extends object>(client: T, { methods = {}, parts = {} }: Replacements): T => {
  const derived = Object.create(client) as T;
  derivedClients.add(derived);
  for (const [key, property] of propertiesOf(client)) {
    const replacement = typeof key === 'string' ? own(methods, key) : undefined;
    const part = typeof key === 'string' ? own(parts, key) : undefined;
    if (replacement !== undefined) {
      const original: BoundMethod = (...args) => Reflect.apply(methodOf(client, key), client, args);
      define(derived, key, { value: replacement(original, derived), writable: true }, property);
    } else if (property.isMethod) {
      define(derived, key, { value: forwarder(client, key, derived), writable: true }, property);
    } else {
      define(derived, key, accessorOf(client, key, part), property);
    }
  }
  return derived;
};

const derivedClients = new WeakSet<object>();

/** Whether `client` is derived from another, so that it need not be a second time. */
export const isDerived = (client: object): boolean => derivedClients.has(client);

type Property = { readonly isMethod: boolean; readonly enumerable: boolean };

/** What a client has, its own and inherited; of two by one name the nearer. */
const propertiesOf = (client: object): ReadonlyMap<string | symbol, Property> => {
  const properties = new Map<string | symbol, Property>();
  for (let level: object | null = client; level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === 'constructor' || properties.has(key)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(level, key);
      // A function that is a property of the client itself is a value like others, often a class; it may change.
      const isMethod = level !== client && typeof descriptor?.value === 'function';
      properties.set(key, { isMethod, enumerable: level === client && descriptor?.enumerable === true });
    }
  }
  return properties;
};

const own = <V>(record: Readonly<Record<string, V>>, key: string): V | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

const define = (derived: object, key: string | symbol, value: PropertyDescriptor, { enumerable }: Property): void => {
  Object.defineProperty(derived, key, { ...value, enumerable, configurable: true });
};

// Looked up at each call, because instrumentations and tests replace methods later.
const methodOf = (client: object, key: string | symbol): ((...args: readonly unknown[]) => unknown) => Reflect.get(client, key);

/** Calls the method on the client; what returns the client for chaining returns the derived one. */
const forwarder = (client: object, key: string | symbol, derived: object): BoundMethod => {
  return (...args) => {
    const result = Reflect.apply(methodOf(client, key), client, args);
    return result === client ? derived : result;
  };
};

const accessorOf = (
  client: object,
  key: string | symbol,
  derivePart: ((part: object) => object) | undefined,
): PropertyDescriptor => {
  const derivedParts = new WeakMap<object, object>();
  const read = (): unknown => {
    const value: unknown = Reflect.get(client, key);
    if (derivePart === undefined || typeof value !== 'object' || value === null) return value;
    const derivedPart = derivedParts.get(value) ?? derivePart(value);
    derivedParts.set(value, derivedPart);
    return derivedPart;
  };
  return { get: read, set: (value: unknown) => void Reflect.set(client, key, value) };
};
