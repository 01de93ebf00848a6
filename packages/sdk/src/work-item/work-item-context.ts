import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, createContextKey } from '@opentelemetry/api';
import type { WorkScope } from '../budget/scope.ts';
import type { WorkItem } from './work-item-type.ts';

const ITEM_KEY = createContextKey('costspan.work_item');
const SCOPE_KEY = createContextKey('costspan.work_scope');

// Without a registered context manager OpenTelemetry forgets the context at once; `lost` says that ours is the only memory.
type Memory = { readonly inner: Context; readonly lost: boolean };
const storage = new AsyncLocalStorage<Memory>();

/** The work item of `parent`, or else that of the surrounding asynchronous flow, or undefined. */
export const workItemOf = (parent: Context): WorkItem | undefined =>
  (parent.getValue(ITEM_KEY) ?? storage.getStore()?.inner.getValue(ITEM_KEY)) as WorkItem | undefined;

/** `parent` with `item` in it. */
export const withWorkItem = (parent: Context, item: WorkItem): Context => parent.setValue(ITEM_KEY, item);

/** What limits the work in `parent`, or else in the surrounding asynchronous flow; undefined where nothing does. */
export const workScopeOf = (parent: Context): WorkScope | undefined =>
  (parent.getValue(SCOPE_KEY) ?? storage.getStore()?.inner.getValue(SCOPE_KEY)) as WorkScope | undefined;

/** `parent` with `scope` in it. */
export const withWorkScope = (parent: Context, scope: WorkScope): Context => parent.setValue(SCOPE_KEY, scope);

/** The active context, with the work item of the surrounding flow where code between has dropped it. */
export const activeContext = (): Context => {
  const active = context.active();
  if (active.getValue(ITEM_KEY) !== undefined) return active;
  const memory = storage.getStore();
  if (memory === undefined) return active;
  if (memory.lost) return memory.inner;
  const item = memory.inner.getValue(ITEM_KEY);
  if (item === undefined) return active;
  return active.setValue(ITEM_KEY, item).setValue(SCOPE_KEY, memory.inner.getValue(SCOPE_KEY));
};

/** Runs `fn` with `inner` as the active context, in OpenTelemetry and, where that adds something, in our own memory. */
export const runInContext = <A extends readonly unknown[], T>(inner: Context, fn: (...args: A) => T, ...args: A): T =>
  context.with(inner, () => {
    const lost = context.active() !== inner;
    return !lost && isRemembered(inner, storage.getStore()) ? fn(...args) : storage.run({ inner, lost }, fn, ...args);
  });

// Most calls are made for the item that the work around them is done for, or for none.
const isRemembered = (inner: Context, memory: Memory | undefined): boolean =>
  memory?.lost !== true &&
  memory?.inner.getValue(ITEM_KEY) === inner.getValue(ITEM_KEY) &&
  memory?.inner.getValue(SCOPE_KEY) === inner.getValue(SCOPE_KEY);
