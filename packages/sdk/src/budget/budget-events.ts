import { formatPico, picoToDouble } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_BUDGET_AMOUNT,
  ATTR_COSTSPAN_BUDGET_APPROVAL_ID,
  ATTR_COSTSPAN_BUDGET_COMMITTED,
  ATTR_COSTSPAN_BUDGET_CURRENCY,
  ATTR_COSTSPAN_BUDGET_DECISION,
  ATTR_COSTSPAN_BUDGET_ELAPSED_MS,
  ATTR_COSTSPAN_BUDGET_LIMIT,
  ATTR_COSTSPAN_BUDGET_LIMIT_MS,
  ATTR_COSTSPAN_BUDGET_NAME,
  ATTR_COSTSPAN_BUDGET_REASON,
  ATTR_COSTSPAN_BUDGET_RESERVED,
  ATTR_COSTSPAN_BUDGET_SCOPE,
  EVENT_COSTSPAN_BUDGET,
  METRIC_COSTSPAN_BUDGET_DRIFT,
} from '@costspan/semconv';
import { type Attributes, type Context, metrics, SpanKind } from '@opentelemetry/api';
import { guard } from '../faults.ts';
import type { SpanStarter } from '../span-starter.ts';
import { SDK_SCOPE, SDK_VERSION } from '../version.ts';
import type { AccountState } from './budget-store.ts';
import type { Budget } from './budget-type.ts';

/** What a budget can decide. */
export type Decision =
  | 'reserve'
  | 'commit'
  | 'release'
  | 'charge'
  | 'soft'
  | 'gate'
  | 'grant'
  | 'deny'
  | 'stop'
  | 'overshoot'
  | 'unpriced'
  | 'drift';

/** One decision, as it is written down. */
export type Decided = {
  readonly decision: Decision;
  readonly budget: Pick<Budget, 'name' | 'currency'>;
  readonly scope: string;
  readonly amountPico?: bigint;
  readonly limitPico?: bigint;
  readonly limitMs?: number;
  readonly state?: AccountState;
  readonly reason?: string;
  readonly approvalId?: string;
};

/** Where an event can be written: a span, or a call span that may belong to another instrumentation. */
export type EventSink = {
  readonly isRecording: boolean | (() => boolean);
  readonly addEvent: (name: string, attributes: Attributes) => unknown;
};

/** Writes a decision on a span, as an event. */
export const writeDecision = (sink: EventSink, decided: Decided): void => {
  if (!isRecording(sink)) return;
  guard('writing down a decision of a budget', () => sink.addEvent(EVENT_COSTSPAN_BUDGET, attributesOf(decided)), undefined);
};

/** Whether what is written on a span goes anywhere. */
export const isRecording = (sink: EventSink): boolean =>
  typeof sink.isRecording === 'function' ? sink.isRecording() : sink.isRecording;

/** Writes a decision on a span of its own: for what belongs to no call, or is known only when its span has ended. */
export const emitDecision = (spans: SpanStarter, parent: Context, decided: Decided): void => {
  guard(
    'writing down a decision of a budget',
    () => {
      // With an attribute of ours, so that no sampler of the application drops the audit trail.
      const attributes: Attributes = { [ATTR_COSTSPAN_BUDGET_NAME]: decided.budget.name };
      const span = spans.startSpan(`budget ${decided.budget.name}`, { kind: SpanKind.INTERNAL, attributes }, parent);
      span.addEvent(EVENT_COSTSPAN_BUDGET, attributesOf(decided));
      span.end();
    },
    undefined,
  );
};

/** Records how far the ledger is from a budget, for a trend. */
export const recordDrift = (budget: Pick<Budget, 'name' | 'currency'>, driftPico: bigint): void =>
  guard(
    'recording drift',
    () =>
      metrics
        .getMeter(SDK_SCOPE, SDK_VERSION)
        .createHistogram(METRIC_COSTSPAN_BUDGET_DRIFT, { unit: '{currency}' })
        .record(picoToDouble(driftPico), {
          [ATTR_COSTSPAN_BUDGET_NAME]: budget.name,
          [ATTR_COSTSPAN_BUDGET_CURRENCY]: budget.currency,
        }),
    undefined,
  );

const attributesOf = ({ decision, budget, scope, state, ...rest }: Decided): Attributes => ({
  [ATTR_COSTSPAN_BUDGET_DECISION]: decision,
  [ATTR_COSTSPAN_BUDGET_NAME]: budget.name,
  [ATTR_COSTSPAN_BUDGET_SCOPE]: scope,
  [ATTR_COSTSPAN_BUDGET_CURRENCY]: budget.currency,
  ...(rest.amountPico !== undefined && { [ATTR_COSTSPAN_BUDGET_AMOUNT]: formatPico(rest.amountPico) }),
  ...(rest.limitPico !== undefined && { [ATTR_COSTSPAN_BUDGET_LIMIT]: formatPico(rest.limitPico) }),
  ...(rest.limitMs !== undefined && { [ATTR_COSTSPAN_BUDGET_LIMIT_MS]: rest.limitMs }),
  ...(rest.reason !== undefined && { [ATTR_COSTSPAN_BUDGET_REASON]: rest.reason }),
  ...(rest.approvalId !== undefined && { [ATTR_COSTSPAN_BUDGET_APPROVAL_ID]: rest.approvalId }),
  ...(state !== undefined && {
    [ATTR_COSTSPAN_BUDGET_COMMITTED]: formatPico(state.committedPico),
    [ATTR_COSTSPAN_BUDGET_RESERVED]: formatPico(state.reservedPico),
    ...(state.elapsedMs > 0 && { [ATTR_COSTSPAN_BUDGET_ELAPSED_MS]: state.elapsedMs }),
  }),
});
