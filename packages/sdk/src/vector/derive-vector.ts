import { type BoundMethod, deriveClient, type Replacement } from '../derive/derive-client.ts';
import { guard } from '../faults.ts';
import type { DeriveVector, MeterVector, ReadCall, VectorShape } from './vector-shape.ts';

/** Makes metered stand-ins of the objects of a library: the same classes, and calls as their shapes describe them. */
export const createDeriveVector = (meter: MeterVector): DeriveVector => {
  const derive = <T extends object>(client: T, shape: VectorShape, asked: object = client): T =>
    deriveClient(client, {
      methods: {
        ...mapValues(shape.calls, (read) => meteredCall(read, asked)),
        ...mapValues(shape.opens, (shapeOf) => opener((opened) => derive(opened, shapeOf()))),
        ...Object.fromEntries((shape.through ?? []).map((name) => [name, onDerived(client, name)])),
        ...shape.replace?.(meter, derive),
      },
      parts: mapValues(shape.parts, (partShape) => (part: object) => derive(part, partShape, asked)),
    });

  const meteredCall =
    (read: ReadCall, asked: object): Replacement =>
    (original) =>
    (...args) => {
      // What cannot be read of wrong arguments is the library's to complain about.
      const call = guard('reading a call of a vector database', () => read(args, asked), undefined);
      return call === undefined ? original(...args) : meter(call, () => original(...args));
    };

  return (client, shape) => derive(client, shape);
};

/** Meters what a method hands out, now or later. */
const opener =
  (derive: (opened: object) => object): Replacement =>
  (original: BoundMethod) =>
  (...args) =>
    deriveOpened(original(...args), derive);

const deriveOpened = (opened: unknown, derive: (opened: object) => object): unknown => {
  if (typeof opened !== 'object' || opened === null) return opened;
  if (opened instanceof Promise) return opened.then((later: unknown) => deriveOpened(later, derive));
  return Array.isArray(opened) ? opened.map((each) => deriveOpened(each, derive)) : derive(opened);
};

/** A method that calls the derived client's methods where it would call its own. */
const onDerived =
  (client: object, name: string): Replacement =>
  (_, derived) =>
  (...args) =>
    Reflect.apply(Reflect.get(client, name), derived, args);

const mapValues = <V, W>(record: Readonly<Record<string, V>> | undefined, map: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, map(value)]));
