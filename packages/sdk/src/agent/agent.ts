import { randomUUID } from 'node:crypto';
import { formatPico, parseDecimal, parsePico } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_AGENT_DEPTH,
  ATTR_COSTSPAN_AGENT_FAN_OUT,
  ATTR_COSTSPAN_AGENT_NAME,
  ATTR_COSTSPAN_AGENT_PARENT,
  ATTR_COSTSPAN_ROLE,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_OPERATION_NAME,
} from '@costspan/semconv';
import { type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { writeDecision } from '../budget/budget-events.ts';
import type { BudgetGuard } from '../budget/budget-guard.ts';
import type { BudgetStore } from '../budget/budget-store.ts';
import type { Budget } from '../budget/budget-type.ts';
import { checkBudgets } from '../budget/create-budget.ts';
import { orPartial, runInScope, type Stop } from '../budget/run-in-scope.ts';
import type { AgentPlace, SliceHold, WorkScope } from '../budget/scope.ts';
import { decidedOf } from '../budget/ticket.ts';
import { bindingsOf, type WorkScopes } from '../budget/work-scopes.ts';
import { CostspanError, shown } from '../errors.ts';
import { guard } from '../faults.ts';
import { identityBytesMax } from '../limits.ts';
import { checkFields } from '../options-check.ts';
import type { SpanStarter } from '../span-starter.ts';
import { runInContext, workItemOf, workScopeOf } from '../work-item/work-item-context.ts';
import { errorTypeOf } from '../wrap/error-type.ts';

/** What an application says of an agent it runs. */
export type AgentInit<P = never> = {
  /** Name of the agent, such as `researcher`. */
  readonly name: string;
  /**
   * What it may spend of the budgets around it, as decimal text or as a share of what is left, such as `"25%"`. It is set
   * aside while the agent works; what is left of it goes back. Default: it spends from the budgets around it like anybody.
   */
  readonly slice?: string;
  /** Budgets for this agent, besides those around it. */
  readonly budgets?: readonly Budget[];
  /** Makes a result of what there is when a budget stops the agent. Default: the error is thrown. */
  readonly onStop?: (stop: Stop) => P;
};

/** An agent at work. */
export type AgentRef = {
  readonly name: string;
  /** How many agents stand above it: 0 for the first. */
  readonly depth: number;
  /** Aborted when its working time is over; undefined without such a limit. */
  readonly signal: AbortSignal | undefined;
  /** What is left of its slice, decimal text; undefined without one. */
  readonly left: () => Promise<string | undefined>;
};

/** Runs an agent. */
export type RunAgent = <T, P = never>(init: AgentInit<P>, fn: (agent: AgentRef) => Promise<T> | T) => Promise<T | P>;

/** What agents work with. */
export type AgentParts = {
  readonly spans: SpanStarter;
  readonly store: BudgetStore;
  readonly guard: BudgetGuard;
  readonly scopes: WorkScopes;
};

/** Runs `fn` as an agent in `parent`: inside a span of its own, under its slice, with its name on every span inside. */
export const runAgent = async <T, P>(
  parts: AgentParts,
  parent: Context,
  init: AgentInit<P>,
  fn: (agent: AgentRef) => Promise<T> | T,
): Promise<T | P> => {
  checkAgent(init);
  const outer = workScopeOf(parent);
  const place = placeOf(init.name, outer);
  if (outer?.agent !== undefined) outer.agent.calls.count += 1;
  const item = workItemOf(parent);
  // Without an item nothing could be counted, and an agent that should be limited must not run unlimited.
  if (item === undefined && (init.budgets ?? []).length > 0) throw noBudget('no work item to count for');
  const bindings = item === undefined ? [] : bindingsOf(outer, item, init.budgets ?? []);
  return orPartial(async () => {
    const span = guard('starting an agent', () => startSpan(parts.spans, parent, place), undefined);
    const inner = span === undefined ? parent : trace.setSpan(parent, span);
    try {
      const slice = init.slice === undefined ? undefined : await openSlice(parts, { inner, outer, init, span });
      const entered = parts.scopes.enterAgent(outer, place, { bindings, ...(slice !== undefined && { slice }) });
      const agent: AgentRef = {
        name: place.name,
        depth: place.depth,
        signal: entered.scope.signal,
        left: async () => leftOf(parts.store, slice),
      };
      try {
        return await runInScope(inner, entered, (context) => runInContext(context, () => fn(agent)));
      } finally {
        if (slice !== undefined) await closeSlice(parts.store, slice, span);
      }
    } catch (error) {
      span?.setAttribute(ATTR_ERROR_TYPE, errorTypeOf(error)).setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span?.setAttribute(ATTR_COSTSPAN_AGENT_FAN_OUT, place.calls.count);
      span?.end();
    }
  }, init.onStop);
};

const placeOf = (name: string, outer: WorkScope | undefined): AgentPlace => {
  const above = outer?.agent;
  return {
    name,
    depth: above === undefined ? 0 : above.depth + 1,
    calls: { count: 0 },
    ...(above !== undefined && { parent: above.name }),
  };
};

const startSpan = (spans: SpanStarter, parent: Context, place: AgentPlace): Span =>
  spans.startSpan(
    `invoke_agent ${place.name}`,
    {
      kind: SpanKind.INTERNAL,
      attributes: {
        // Its cost is that of the calls inside, which carry it themselves.
        [ATTR_COSTSPAN_ROLE]: 'aggregate',
        [ATTR_GEN_AI_OPERATION_NAME]: 'invoke_agent',
        [ATTR_GEN_AI_AGENT_NAME]: place.name,
        [ATTR_COSTSPAN_AGENT_NAME]: place.name,
        [ATTR_COSTSPAN_AGENT_DEPTH]: place.depth,
        ...(place.parent !== undefined && { [ATTR_COSTSPAN_AGENT_PARENT]: place.parent }),
      },
    },
    parent,
  );

type SliceAsk = {
  readonly inner: Context;
  readonly outer: WorkScope | undefined;
  readonly init: { readonly name: string; readonly slice?: string };
  readonly span: Span | undefined;
};

const openSlice = async (parts: AgentParts, { inner, outer, init, span }: SliceAsk): Promise<SliceHold | undefined> => {
  const id = randomUUID();
  const wanted = init.slice ?? '';
  const amountOf = (leftPico: bigint | undefined): bigint => {
    if (!wanted.endsWith('%')) return parsePico(wanted) ?? 0n;
    if (leftPico === undefined) throw noBudget('a share of what is left, where no budget has a hard limit');
    const { coefficient, scale } = parseDecimal(wanted.slice(0, -1)) ?? { coefficient: 0n, scale: 0 };
    return (leftPico * coefficient) / (100n * 10n ** BigInt(scale));
  };
  const opened =
    outer === undefined
      ? undefined
      : await parts.guard.openSlice(outer, { id, context: inner, what: `the slice of ${init.name}`, amountOf });
  if (opened === undefined) throw noBudget('none around it that counts money');
  const [target] = opened.targets;
  if (target === undefined) throw noBudget('none around it that counts money');
  // A store that cannot be asked, and lets pass, knows no slice: the agent then spends from the budgets around it.
  if (opened.states === undefined) return undefined;
  if (span !== undefined) {
    for (const [at, one] of opened.targets.entries()) {
      writeDecision(span, decidedOf(one, 'reserve', opened.amountPico, opened.states?.[at]));
    }
  }
  const claim = {
    account: opened.account,
    currency: target.budget.currency,
    limits: { hardPico: opened.amountPico },
    openMs: 0,
  };
  return { id, claim, label: `slice ${init.name}`, budget: target.budget, item: target.item, sources: opened.targets };
};

const closeSlice = async (store: BudgetStore, slice: SliceHold, span: Span | undefined): Promise<void> => {
  const spentPico = (await store.stateOf(slice.claim.account))?.committedPico ?? 0n;
  const closed = await store.closeSlice({ id: slice.id, account: slice.claim.account });
  if (span === undefined) return;
  const freePico = (slice.claim.limits.hardPico ?? 0n) - spentPico;
  for (const [at, target] of slice.sources.entries()) {
    writeDecision(span, decidedOf(target, 'commit', spentPico, closed.states?.[at]));
    if (freePico > 0n) writeDecision(span, decidedOf(target, 'release', freePico, closed.states?.[at]));
  }
};

const leftOf = async (store: BudgetStore, slice: SliceHold | undefined): Promise<string | undefined> => {
  if (slice === undefined) return undefined;
  const state = await store.stateOf(slice.claim.account);
  return formatPico((slice.claim.limits.hardPico ?? 0n) - (state?.committedPico ?? 0n) - (state?.reservedPico ?? 0n));
};

const WHERE = 'agent';

const isSlice = (value: unknown): boolean =>
  typeof value === 'string' && (value.endsWith('%') ? isShare(value.slice(0, -1)) : (parsePico(value) ?? 0n) > 0n);

const isShare = (text: string): boolean => {
  const share = parseDecimal(text);
  return share !== undefined && share.coefficient > 0n && share.coefficient <= 100n * 10n ** BigInt(share.scale);
};

const checkAgent = (init: AgentInit<unknown>): void => {
  checkFields(WHERE, init, {
    name: [
      (value) => typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= identityBytesMax,
      `expected a name of 1 to ${identityBytesMax} bytes`,
      'write it like "researcher"',
    ],
    slice: [isSlice, 'expected decimal text above 0, or a share such as "25%"', 'write it like "0.50"'],
    budgets: [Array.isArray, 'expected a list of budgets', 'make each with costspan.budget()'],
    onStop: [(value) => typeof value === 'function', 'expected a function', 'leave it out'],
  });
  if (init.name === undefined) {
    throw new CostspanError({
      code: 'option-invalid',
      where: `${WHERE}: name`,
      problem: 'expected a name',
      found: shown(init.name),
      advice: 'write it like "researcher"',
    });
  }
  if (init.budgets !== undefined) checkBudgets(init.budgets, WHERE);
};

const noBudget = (found: string): CostspanError =>
  new CostspanError({
    code: 'option-invalid',
    where: `${WHERE}: slice`,
    problem: 'expected a budget to cut the slice from',
    found,
    advice: 'give workItem.run a budget per item, type or tenant with a hard limit, or leave the slice out',
  });
