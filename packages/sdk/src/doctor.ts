import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ATTR_COSTSPAN_ROLE, ATTR_COSTSPAN_WORK_ITEM_ID } from '@costspan/semconv';
import { context, createContextKey, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { trialSpans } from './limits.ts';
import type { CostspanSettings } from './options.ts';
import type { SpanStarter } from './span-starter.ts';
import { describeLoss } from './spans/export-health.ts';
import type { ForeignCalls } from './spans/foreign-calls.ts';
import type { SpanExport } from './spans/span-export.ts';
import { withAttributes } from './work-item/create-work-item.ts';
import { withWorkItem } from './work-item/work-item-context.ts';

/** Something about the setup that loses cost (`problem`), or may one day (`hint`). */
export type Finding = {
  readonly code:
    | 'api-duplicate'
    | 'baggage-leaves'
    | 'calls-doubled'
    | 'calls-unmetered'
    | 'context-manager-missing'
    | 'export-losing'
    | 'handoff-key-missing'
    | 'nothing-recorded'
    | 'sampling-loses-cost'
    | 'span-processor-missing';
  readonly severity: 'problem' | 'hint';
  /** What is wrong and what to do about it. */
  readonly message: string;
};

/** What is wrong with the setup of this process, worst first; empty when nothing is. Sends nothing. */
export const findFaults = (
  spans: SpanStarter,
  settings: Pick<CostspanSettings, 'handoffKeys'>,
  seen: { readonly spanExport: Pick<SpanExport, 'health' | 'where'> | undefined; readonly foreignCalls: ForeignCalls },
): readonly Finding[] =>
  [
    ...findTracingFaults(spans),
    ...findLosses(seen.spanExport),
    ...findDuplicateApi(),
    ...findContextFaults(),
    ...findForeignCalls(seen.foreignCalls),
    ...findBaggage(),
    ...findHandoffFaults(settings.handoffKeys),
  ].toSorted((left, right) => right.severity.localeCompare(left.severity));

const findLosses = (spanExport: Pick<SpanExport, 'health' | 'where'> | undefined): readonly Finding[] => {
  const counts = spanExport?.health.counts();
  if (spanExport === undefined || counts === undefined || counts.failed + counts.dropped === 0) return [];
  return [{ code: 'export-losing', severity: 'problem', message: describeLoss(counts, spanExport.where) }];
};

const findTracingFaults = (spans: SpanStarter): readonly Finding[] => {
  const item = withAttributes({ type: 'doctor', id: 'doctor', dimensions: {} });
  // Spans that never end are never exported. Each begins a trace of its own, and samplers decide by the trace.
  const trials = Array.from({ length: trialSpans }, () =>
    spans.startSpan('costspan.doctor', { attributes: { [ATTR_COSTSPAN_ROLE]: 'aggregate' } }, withWorkItem(ROOT_CONTEXT, item)),
  );
  const recorded = trials.filter((span) => span.isRecording());
  const [span] = recorded;
  if (span === undefined) {
    const message =
      'no span is recorded: register a tracer provider (startCostspan() does), and wrap a sampler that drops spans in costspan.sampler()';
    return [{ code: 'nothing-recorded', severity: 'problem', message }];
  }
  const isStamped =
    'attributes' in span && (span.attributes as Readonly<Record<string, unknown>>)[ATTR_COSTSPAN_WORK_ITEM_ID] !== undefined;
  const lost = trialSpans - recorded.length;
  return [
    ...(lost === 0 ? [] : [sampled(lost)]),
    ...(isStamped ? [] : [{ code: 'span-processor-missing', severity: 'problem', message: NOT_STAMPED } as const]),
  ];
};

const NOT_STAMPED =
  'spans do not get their work item: give costspan.spanProcessor to the tracer provider, before other processors';

const sampled = (lost: number): Finding => ({
  code: 'sampling-loses-cost',
  severity: 'problem',
  message: `the sampler drops spans of cost, ${lost} of ${trialSpans} that were tried: give costspan.sampler(yours) to the tracer provider, which keeps them for costspan alone`,
});

/** Two copies of the API share a provider only by luck, and instrumentations of the other copy may see none. */
const findDuplicateApi = (): readonly Finding[] => {
  const name = '@opentelemetry/api';
  const ours = resolveFrom(import.meta.url, name);
  const theirs = resolveFrom(join(process.cwd(), 'package.json'), name);
  if (ours === undefined || theirs === undefined || ours === theirs) return [];
  const message = `two copies of ${name} are installed (${ours} and ${theirs}): make every package depend on one version`;
  return [{ code: 'api-duplicate', severity: 'problem', message }];
};

const resolveFrom = (place: string, name: string): string | undefined => {
  try {
    return createRequire(place).resolve(name);
  } catch {
    return undefined;
  }
};

const findContextFaults = (): readonly Finding[] => {
  const key = createContextKey('costspan.doctor');
  const isKept = context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true);
  if (isKept) return [];
  const message =
    'no context manager is registered: work items are still told apart, but spans of other instrumentations lose their parents; set one up with the tracer provider';
  return [{ code: 'context-manager-missing', severity: 'hint', message }];
};

/** What other instrumentations told of model calls so far. */
const findForeignCalls = ({ unmetered, doubled }: ForeignCalls): readonly Finding[] => [
  ...[...unmetered()].map(
    ([scope, calls]): Finding => ({
      code: 'calls-unmetered',
      severity: 'hint',
      message: `model calls that ${scope} told of were not metered, ${calls} so far: their failed attempts and left streams are not known, and budgets did not see them; give their client to costspan.meter(), or costspan.fetch() to it`,
    }),
  ),
  ...[...doubled()].map(
    ([scope, calls]): Finding => ({
      code: 'calls-doubled',
      severity: 'hint',
      message: `model calls are told of by ${scope} too, ${calls} so far: the ledger counts them once, a dashboard that adds up token counts twice; use costspan.fetch({ spans: 'annotate' }), or switch its spans off`,
    }),
  ),
];

const findBaggage = (): readonly Finding[] => {
  if (!propagation.fields().includes('baggage')) return [];
  const message =
    'baggage is propagated to every host an HTTP instrumentation calls, model providers included: put nothing private into it. Costspan puts work items into it for the hosts of baggageHosts alone';
  return [{ code: 'baggage-leaves', severity: 'hint', message }];
};

const findHandoffFaults = (keys: readonly string[]): readonly Finding[] => {
  if (keys.length > 0) return [];
  const message =
    'handoffs can only be completed by this process: set handoffKey or COSTSPAN_HANDOFF_KEY to the same key in every process';
  return [{ code: 'handoff-key-missing', severity: 'hint', message }];
};
