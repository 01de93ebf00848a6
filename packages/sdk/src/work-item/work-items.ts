import { type Context, trace } from '@opentelemetry/api';
import { CostspanError, shown } from '../errors.ts';
import { guard, type ReportMisuse } from '../faults.ts';
import type { Handoff, HandoffRequest, Handoffs } from '../handoff/handoff.ts';
import { identityBytesMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import type { SpanStarter } from '../span-starter.ts';
import { type Carrier, type ExtractedWorkItem, extractWorkItem, injectWorkItem } from './carrier.ts';
import { createWorkItem } from './create-work-item.ts';
import { activeContext, workItemOf } from './work-item-context.ts';
import { emitOutcome, runAsWorkItem } from './work-item-span.ts';
import type { WorkItem, WorkItemInit } from './work-item-type.ts';

/** A work item, for whoever works on it. */
export type WorkItemRef = {
  readonly tenant: string | undefined;
  /** Empty when the item could not be used; what is said about it then goes nowhere, with a warning. */
  readonly type: string;
  /** As it is sent: an HMAC where `idHmacKey` is set. Empty as `type`. */
  readonly id: string;
  /** Says how the item ended, such as `resolved`. The latest one counts. */
  readonly outcome: (value: string) => void;
  /** Hands the item to a person. The token finishes the handoff, in any process that has the key. */
  readonly handoff: (request: HandoffRequest) => Promise<Handoff>;
};

/** Work items: what cost is counted for. */
export type WorkItems = {
  /**
   * Runs `fn` as work on an item and returns what it returns. Every span started inside, however deep and by whomever,
   * carries the item. An item that cannot be used is reported and `fn` runs all the same.
   */
  readonly run: <T>(init: WorkItemInit, fn: (item: WorkItemRef) => T) => T;
  /** The item without any work, to say something about it from anywhere. */
  readonly ref: (init: WorkItemInit) => WorkItemRef;
  /** The item that is being worked on here, or undefined. */
  readonly current: () => WorkItemRef | undefined;
  /** Writes the current item into headers or a message, for another process, and returns them. Never into baggage. */
  readonly inject: <C extends Carrier>(carrier: C) => C;
  /** The item that headers or a message bring, or undefined. Take it only from senders you trust. */
  readonly extract: (carrier: Carrier) => ExtractedWorkItem | undefined;
  /** Runs `fn` as work on an extracted item, as a part of the trace it came from. Without one, `fn` just runs. */
  readonly runWith: <T>(extracted: ExtractedWorkItem | undefined, fn: (item: WorkItemRef) => T) => T;
};

/** The `workItem` of a Costspan. */
export const createWorkItems = (
  spans: SpanStarter,
  settings: Pick<CostspanSettings, 'tenant' | 'dimensions' | 'idHmacKey'>,
  handoffs: Handoffs,
  reportMisuse: ReportMisuse,
): WorkItems => {
  const itemOf = (init: WorkItemInit, where: string, enclosing?: WorkItem): WorkItem | undefined => {
    try {
      return createWorkItem(init, where, settings, enclosing);
    } catch (error) {
      if (!CostspanError.isInstance(error)) throw error;
      reportMisuse(error);
      return undefined;
    }
  };
  const refTo = (item: WorkItem | undefined, context: () => Context): WorkItemRef =>
    createRef({ spans, handoffs, reportMisuse, item, context });

  return {
    run: (init, fn) => {
      const parent = activeContext();
      const item = itemOf(init, 'workItem.run', workItemOf(parent));
      if (item === undefined) return fn(refTo(undefined, activeContext));
      return runAsWorkItem(spans, parent, item, (inner) => fn(refTo(item, () => inner)));
    },
    ref: (init) => refTo(itemOf(init, 'workItem.ref'), activeContext),
    current: () => {
      const item = workItemOf(activeContext());
      return item === undefined ? undefined : refTo(item, activeContext);
    },
    inject: (carrier) => guard('workItem.inject', () => injectWorkItem(carrier, activeContext()), carrier),
    extract: (carrier) => guard('workItem.extract', () => extractWorkItem(carrier), undefined),
    runWith: (extracted, fn) => {
      if (extracted === undefined) return fn(refTo(undefined, activeContext));
      const { item, context } = extracted;
      // Nothing of the surrounding context is lost but its span: the work belongs to the trace it came from.
      const remote = trace.getSpanContext(context);
      const parent = remote === undefined ? activeContext() : trace.setSpanContext(activeContext(), remote);
      return runAsWorkItem(spans, parent, item, (inner) => fn(refTo(item, () => inner)));
    },
  };
};

type RefParts = {
  readonly spans: SpanStarter;
  readonly handoffs: Handoffs;
  readonly reportMisuse: ReportMisuse;
  readonly item: WorkItem | undefined;
  readonly context: () => Context;
};

const createRef = ({ spans, handoffs, reportMisuse, item, context }: RefParts): WorkItemRef => ({
  tenant: item?.tenant,
  type: item?.type ?? '',
  id: item?.id ?? '',
  outcome: (value) => {
    if (item === undefined) {
      reportMisuse(missing('outcome'));
    } else if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > identityBytesMax) {
      reportMisuse(
        new CostspanError({
          code: 'work-item-invalid',
          where: 'outcome',
          problem: `expected a string of 1 to ${identityBytesMax} bytes`,
          found: shown(value),
          advice: 'name how the item ended, such as "resolved"',
        }),
      );
    } else guard('emitting an outcome', () => emitOutcome(spans, context(), item, value), undefined);
  },
  handoff: async (request) => {
    if (item === undefined) throw missing('handoff');
    return handoffs.open(item, request, context());
  },
});

const missing = (call: string): CostspanError =>
  new CostspanError({
    code: 'work-item-missing',
    where: call,
    problem: 'expected a work item with type and id',
    found: 'one that was refused, or none',
    advice: 'see the warning of the call that named it',
  });
