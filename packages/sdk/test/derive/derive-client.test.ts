import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { deriveClient, isDerived } from '../../src/derive/derive-client.ts';

class Store extends EventEmitter {
  readonly #secret = 'kept';
  name = 'store';
  Client = Map;
  handler = (): string => this.name;

  read(key: string): string {
    return `${this.#secret} ${key}`;
  }
  readTwice(key: string): string {
    return this.read(key) + this.read(key);
  }
  get size(): number {
    return this.#secret.length;
  }
  set label(label: string) {
    this.name = label;
  }
  chain(): this {
    return this;
  }
}

const shout =
  (original: (...args: readonly unknown[]) => unknown) =>
  (...args: readonly unknown[]) =>
    String(original(...args)).toUpperCase();
const derive = (store: Store): Store => deriveClient(store, { methods: { read: shout } });

describe('a derived client', () => {
  test('is of the class, and is the client in all but what is replaced', () => {
    const store = new Store();
    const derived = derive(store);
    expect(derived).toBeInstanceOf(Store);
    expect(derived.constructor).toBe(Store);
    expect(derived.read('a')).toBe('KEPT A');
    expect(derived.size).toBe(4);
    expect(derived.handler()).toBe('store');
    expect(new derived.Client()).toEqual(new Map());
    expect(Object.keys(derived)).toEqual(Object.keys(store));
  });

  test('leaves the client as it was', () => {
    const store = new Store();
    const before = Object.getOwnPropertyDescriptors(store);
    derive(store);
    expect(Object.getOwnPropertyDescriptors(store)).toEqual(before);
    expect(store.read('a')).toBe('kept a');
  });

  test('shares its state both ways', () => {
    const store = new Store();
    const derived = derive(store);
    derived.name = 'changed';
    expect(store.name).toBe('changed');
    derived.label = 'through a setter';
    expect(store.name).toBe('through a setter');
    store.name = 'from the client';
    expect(derived.name).toBe('from the client');
  });

  test('methods call the original inside, so that nothing is replaced twice', () => {
    expect(derive(new Store()).readTwice('a')).toBe('kept akept a');
  });

  test('chains itself, and hears the events of the client', () => {
    const store = new Store();
    const derived = derive(store);
    const heard: unknown[] = [];
    expect(derived.on('found', (value) => heard.push(value))).toBe(derived);
    expect(derived.chain()).toBe(derived);
    store.emit('found', 1);
    derived.emit('found', 2);
    expect(heard).toEqual([1, 2]);
  });

  test('uses a method that is replaced on the client later, as instrumentations do', () => {
    const store = new Store();
    const derived = derive(store);
    store.read = (key) => `patched ${key}`;
    store.readTwice = () => 'patched twice';
    expect(derived.read('a')).toBe('PATCHED A');
    expect(derived.readTwice('a')).toBe('patched twice');
  });

  test('is known as derived, the client is not', () => {
    const store = new Store();
    expect([isDerived(derive(store)), isDerived(store)]).toEqual([true, false]);
  });

  test('a part is derived once for as long as it is the same', () => {
    const client = { part: { ask: () => 'asked' }, other: 1 };
    const derived = deriveClient(client, { parts: { part: (part) => deriveClient(part, { methods: { ask: shout } }) } });
    expect(derived.part.ask()).toBe('ASKED');
    expect(derived.part).toBe(derived.part);
    client.part = { ask: () => 'another' };
    expect(derived.part.ask()).toBe('ANOTHER');
  });
});
