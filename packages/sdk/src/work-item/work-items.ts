import { type Context, trace } from '@opentelemetry/api';
import { type AgentParts, type RunAgent, runAgent } from '../agent/agent.ts';
import type { Budget } from '../budget/budget-type.ts';
import type { Brake } from '../budget/create-brake.ts';
import { checkBudgets } from '../budget/create-budget.ts';
import { orPartial, runInScope, type Stop } from '../budget/run-in-scope.ts';
import { CostspanError, shown } from '../errors.ts';
import { guard, type ReportMisuse } from '../faults.ts';
import type { Handoff, HandoffRequest, Handoffs } from '../handoff/handoff.ts';
import { identityBytesMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import type { SpanStarter } from '../span-starter.ts';
import { type Carrier, type ExtractedWorkItem, extractWorkItem, injectWorkItem } from './carrier.ts';
import { createWorkItem } from './create-work-item.ts';
import { activeContext, withWorkItem, workItemOf, workScopeOf } from './work-item-context.ts';
import { createReadCost, type ReadCost, type WorkItemCost } from './work-item-cost.ts';
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
  /**
   * What the item costs by what the processor knows; undefined when it knows nothing of it. Spans that were not sent yet are
   * not in it: `costspan.flush()` first where that matters. Rejects with a CostspanError when the processor cannot be asked.
   */
  readonly cost: () => Promise<WorkItemCost | undefined>;
  /** Hands the item to a person. The token finishes the handoff, in any process that has the key. */
  readonly handoff: (request: HandoffRequest) => Promise<Handoff>;
  /** Runs an agent on the item: a span of its own, its name on every span inside, and a slice of the budgets if it gets one. */
  readonly agent: RunAgent;
  /** Aborted when the working time of a budget is over; undefined without such a limit. Give it to work that takes long. */
  readonly signal: AbortSignal | undefined;
};

/** How a run is limited. */
export type RunInit<P = never> = WorkItemInit & {
  /** Budgets of the work inside, besides those around it. */
  readonly budgets?: readonly Budget[];
  /** Makes a result of what there is when a budget stops the run. Default: the error is thrown. */
  readonly onStop?: (stop: Stop) => P;
};

/** Work items: what cost is counted for. */
export type WorkItems = {
  /**
   * Runs `fn` as work on an item and returns what it returns. Every span started inside, however deep and by whomever,
   * carries the item. An item that cannot be used is reported and `fn` runs all the same, unless budgets should limit it.
   */
  readonly run: RunWorkItem;
  /** The item without any work, to say something about it from anywhere. */
  readonly ref: (init: WorkItemInit) => WorkItemRef;
  /** The item that is being worked on here, or undefined. */
  readonly current: () => WorkItemRef | undefined;
  /** Writes the current item into headers or a message, for another process, and returns them. Never into baggage. */
  readonly inject: <C extends Carrier>(carrier: C) => C;
  /** The item that headers or a message bring, or undefined. Take it only from senders you trust. */
  readonly extract: (carrier: Carrier) => ExtractedWorkItem | undefined;
  /** Runs `fn` as work on an extracted item, as a part of the trace it came from. Without one, `fn` just runs. */
  readonly runWith: <T>(
    extracted: ExtractedWorkItem | undefined,
    fn: (item: WorkItemRef) => T,
    options?: { readonly budgets?: readonly Budget[] },
  ) => T;
};

/** Runs work on an item. */
export type RunWorkItem = {
  <T, P>(
    init: RunInit<P> & { readonly onStop: (stop: Stop) => P },
    fn: (item: WorkItemRef) => Promise<T>,
  ): Promise<T | Awaited<P>>;
  <T>(init: WorkItemInit & { readonly budgets?: readonly Budget[] }, fn: (item: WorkItemRef) => T): T;
};

/** The `workItem` of a Costspan. */
export const createWorkItems = (
  spans: SpanStarter,
  settings: Pick<CostspanSettings, 'tenant' | 'dimensions' | 'idHmacKey' | 'endpoint' | 'headers'>,
  handoffs: Handoffs,
  reportMisuse: ReportMisuse,
  { agents, compareWithLedger }: Pick<Brake, 'agents' | 'compareWithLedger'>,
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
  const askLedger = createReadCost(settings);
  const readCost: ReadCost = async (item) => {
    const cost = await askLedger(item);
    if (cost !== undefined) await compareWithLedger(item, cost);
    return cost;
  };
  const refTo = (item: WorkItem | undefined, context: () => Context): WorkItemRef =>
    createRef({ spans, handoffs, reportMisuse, agents, readCost, item, context });

  const runLimited = <T>(
    parent: Context,
    item: WorkItem,
    { budgets, fn }: { readonly budgets: readonly Budget[] | undefined; readonly fn: (item: WorkItemRef) => T },
  ): T => {
    const work = (outer: Context): T => runAsWorkItem(spans, outer, item, (inner) => fn(refTo(item, () => inner)));
    if (budgets === undefined || budgets.length === 0) return work(parent);
    return runInScope(parent, agents.scopes.enterItem(workScopeOf(parent), item, budgets), work);
  };

  return {
    run: <T, P>(init: RunInit<P>, fn: (item: WorkItemRef) => T): T | P => {
      const parent = activeContext();
      const { budgets } = init ?? {};
      if (budgets !== undefined) checkBudgets(budgets, 'workItem.run');
      // Without an item nothing could be counted, and work that should be limited must not run unlimited.
      const item =
        budgets === undefined
          ? itemOf(init, 'workItem.run', workItemOf(parent))
          : createWorkItem(init, 'workItem.run', settings, workItemOf(parent));
      if (item === undefined) return fn(refTo(undefined, activeContext));
      return orPartial(() => runLimited(parent, item, { budgets, fn }), init.onStop);
    },
    ref: (init) => refTo(itemOf(init, 'workItem.ref'), activeContext),
    current: () => {
      const item = workItemOf(activeContext());
      return item === undefined ? undefined : refTo(item, activeContext);
    },
    inject: (carrier) => guard('workItem.inject', () => injectWorkItem(carrier, activeContext()), carrier),
    extract: (carrier) => guard('workItem.extract', () => extractWorkItem(carrier), undefined),
    runWith: (extracted, fn, { budgets } = {}) => {
      if (budgets !== undefined) checkBudgets(budgets, 'workItem.runWith');
      if (extracted === undefined) {
        if (budgets !== undefined && budgets.length > 0) throw missing('workItem.runWith');
        return fn(refTo(undefined, activeContext));
      }
      const { item, context } = extracted;
      // Nothing of the surrounding context is lost but its span: the work belongs to the trace it came from.
      const remote = trace.getSpanContext(context);
      const parent = remote === undefined ? activeContext() : trace.setSpanContext(activeContext(), remote);
      return runLimited(parent, item, { budgets, fn });
    },
  };
};

type RefParts = {
  readonly spans: SpanStarter;
  readonly handoffs: Handoffs;
  readonly reportMisuse: ReportMisuse;
  readonly agents: AgentParts;
  readonly readCost: ReadCost;
  readonly item: WorkItem | undefined;
  readonly context: () => Context;
};

const createRef = ({ spans, handoffs, reportMisuse, agents, readCost, item, context }: RefParts): WorkItemRef => ({
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
  cost: async () => {
    if (item === undefined) throw missing('cost');
    return readCost(item);
  },
  handoff: async (request) => {
    if (item === undefined) throw missing('handoff');
    return handoffs.open(item, request, context());
  },
  agent: async (init, fn) => {
    // Called inside of another agent of the item, it is a sub-agent of that one.
    const active = activeContext();
    const parent = workItemOf(active) === item ? active : context();
    const isItemMissing = item !== undefined && workItemOf(parent) === undefined;
    return runAgent(agents, isItemMissing ? withWorkItem(parent, item) : parent, init, fn);
  },
  signal: workScopeOf(context())?.signal,
});

const missing = (call: string): CostspanError =>
  new CostspanError({
    code: 'work-item-missing',
    where: call,
    problem: 'expected a work item with type and id',
    found: 'one that was refused, or none',
    advice: 'see the warning of the call that named it',
  });
