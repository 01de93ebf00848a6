import { type TextMapPropagator, type TracerProvider, trace } from '@opentelemetry/api';
import type { Sampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Approvals } from './approval/approvals.ts';
import type { Budget, BudgetInit } from './budget/budget-type.ts';
import { createBrake } from './budget/create-brake.ts';
import { meterCalledClient } from './clients/meter-called-client.ts';
import { type FetchFor, type ItemOfLine, type MeterOptions, meterClient } from './clients/meter-client.ts';
import { type Finding, findFaults } from './doctor.ts';
import { CostspanError } from './errors.ts';
import { createReportMisuse, guard } from './faults.ts';
import { isAdopted } from './fetch/call-span.ts';
import { isCostlyRequest } from './fetch/costly-request.ts';
import { createFetch, type FetchOptions } from './fetch/create-fetch.ts';
import { createLateResults, type ItemOfResult } from './fetch/late/late-results.ts';
import { createMeteredFetch, type Fetch } from './fetch/metered-fetch.ts';
import { createOpenCalls } from './fetch/open-calls.ts';
import { createPendingCalls } from './fetch/pending-calls.ts';
import { type CompletedHandoff, createHandoffs, type HandoffCompletion } from './handoff/handoff.ts';
import type { AiMiddleware, AiMiddlewareOptions } from './middleware/ai-middleware-type.ts';
import { createAiMiddleware } from './middleware/create-ai-middleware.ts';
import { type CostspanOptions, readOptions } from './options.ts';
import { checkFields, itemOfCheck, providerCheck } from './options-check.ts';
import { createRecorder, type Recorder } from './record.ts';
import { spanStarterOf } from './span-starter.ts';
import { createForeignCalls } from './spans/foreign-calls.ts';
import { createOpenEmbeddingSpans } from './spans/open-embedding-spans.ts';
import { createSampler } from './spans/sampler.ts';
import { createSpanExport } from './spans/span-export.ts';
import { createSpanProcessor } from './spans/span-processor.ts';
import { signingKeysOf } from './token/signing-keys.ts';
import { createBaggagePropagator } from './work-item/baggage-propagator.ts';
import { createWorkItem } from './work-item/create-work-item.ts';
import { createWorkItems, type WorkItems } from './work-item/work-items.ts';
import { createWrapTool, type WrapTool } from './wrap/tool.ts';
import { createWrapVector, type WrapVector } from './wrap/vector.ts';

/** Everything an application needs to know what its work items cost. Make one and keep it. */
export type Costspan = Recorder & {
  /** Work items: run work on them, refer to them, carry them to other processes. */
  readonly workItem: WorkItems;
  /**
   * A client whose calls are metered, of the same class and types: of `openai`, `@anthropic-ai/sdk`, the vector databases
   * Pinecone, Qdrant, Weaviate, Chroma, Milvus and pgvector (`pg`), and MCP servers. The client that is given is not touched.
   */
  readonly meter: <T extends object>(client: T, options?: MeterOptions) => T;
  /** A fetch that meters, for any client that takes one. */
  readonly fetch: (options?: FetchOptions) => Fetch;
  /** A middleware for `wrapLanguageModel` of the Vercel AI SDK, for models whose requests no fetch of ours can see. */
  readonly aiMiddleware: (options?: AiMiddlewareOptions) => AiMiddleware;
  /** Wraps a function that costs something at a vendor. */
  readonly tool: WrapTool;
  /** Wraps a function that queries or writes a vector database. */
  readonly vector: WrapVector;
  readonly handoff: {
    /** Finishes a handoff with the touch time of the person. Rejects with a CostspanError for a token that cannot be used. */
    readonly complete: (token: string, completion?: HandoffCompletion) => Promise<CompletedHandoff>;
  };
  /** A limit of money or time, to be given to `workItem.run` and `item.agent`. Throws a CostspanError for a wrong option. */
  readonly budget: (init: BudgetInit) => Budget;
  /** Decides about approvals that gates of budgets ask for, from any process that has the key. */
  readonly approval: Approvals;
  /** Resolves when the prices budgets count with are loaded: the processor's where `endpoint` has one, else the bundled ones. */
  readonly ready: () => Promise<void>;
  /** Give this to your tracer provider: it stamps work items on spans, and exports where `endpoint` is set. */
  readonly spanProcessor: SpanProcessor;
  /** Wraps your sampler, so that spans of cost reach our export whatever it drops; your own exports stay as they were. */
  readonly sampler: (inner: Sampler) => Sampler;
  /** Wraps your propagator, so that work items travel in the baggage of requests to `baggageHosts`, and to no other host. */
  readonly propagator: (inner: TextMapPropagator) => TextMapPropagator;
  /** What is wrong with the setup of this process; empty when nothing is. For a health check, or a test of the setup. */
  readonly doctor: () => readonly Finding[];
  /** Sends what has been measured so far. Resolves when it is sent, or has failed and was reported to `diag`. */
  readonly flush: () => Promise<void>;
  /** Flushes, and ends the export. */
  readonly shutdown: () => Promise<void>;
};

/** A Costspan for an application with an OpenTelemetry setup of its own. Throws a CostspanError for a wrong option. */
export const createCostspan = (options: CostspanOptions = {}): Costspan => {
  const settings = readOptions(options, process.env);
  const spans = spanStarterOf(settings.tracerProvider);
  const pending = createPendingCalls();
  const open = createOpenCalls();
  const reportMisuse = createReportMisuse(settings.onMisuse);
  const signingKeys = signingKeysOf(settings.handoffKeys);
  const handoffs = createHandoffs(spans, settings, signingKeys, reportMisuse);
  const brake = createBrake(spans, settings, signingKeys);
  const spanExport = createSpanExport(settings);
  const openEmbeddings = createOpenEmbeddingSpans();
  const foreignCalls = createForeignCalls({ isAdopted, isCostlyRequest });
  const spanProcessor = createSpanProcessor({ stamp: settings.stamp, spanExport, openEmbeddings, foreignCalls });
  const sendSpans = async (): Promise<void> => {
    await Promise.all([spanProcessor.forceFlush(), flushProvider(settings.tracerProvider ?? trace.getTracerProvider())]);
  };
  const metering = {
    spans,
    late: createLateResults(spans),
    flush: sendSpans,
    pending,
    open,
    openEmbeddings,
    gate: brake.fetchGate,
    includeUsageHosts: settings.includeUsageHosts,
    ...(settings.apiKeyFingerprintKey !== undefined && { apiKeyFingerprintKey: settings.apiKeyFingerprintKey }),
  };
  const itemOfResult =
    (itemOf: ItemOfLine, where: string): ItemOfResult =>
    (customId) => {
      try {
        const init = itemOf(customId);
        return init === undefined ? undefined : createWorkItem(init, where, settings);
      } catch (fault) {
        // The results are the host's; whose they are is only ours to know.
        if (CostspanError.isInstance(fault)) reportMisuse(fault);
        return undefined;
      }
    };
  const flush = async (): Promise<void> => {
    guard('ending pending calls', pending.endAll, undefined);
    await sendSpans();
  };
  return {
    workItem: createWorkItems(spans, settings, handoffs, reportMisuse, brake),
    meter: (client, meterOptions = {}) => {
      checkFields('meter', meterOptions, meterChecks);
      const called = meterCalledClient({ spans, gate: brake.toolGate }, client, meterOptions);
      const fetchFor: FetchFor = (inner, maxRetries, { provider, itemOf }) =>
        createMeteredFetch(inner, {
          ...metering,
          owner: 'own',
          maxRetries,
          ...(provider !== undefined && { provider }),
          ...(itemOf !== undefined && { itemOf: itemOfResult(itemOf, 'meter: itemOf') }),
        });
      return called ?? meterClient(client, meterOptions, fetchFor);
    },
    fetch: createFetch(metering, itemOfResult),
    aiMiddleware: createAiMiddleware(metering),
    tool: createWrapTool({ spans, gate: brake.toolGate }),
    vector: createWrapVector({ spans, gate: brake.toolGate }),
    handoff: { complete: async (token, completion = {}) => handoffs.complete(token, completion) },
    budget: brake.budget,
    approval: brake.approvals,
    ready: brake.ready,
    ...createRecorder(spans, reportMisuse, brake.charges),
    spanProcessor,
    sampler: createSampler,
    propagator: (inner) => createBaggagePropagator(inner, settings.baggageHosts),
    doctor: () => findFaults(spans, settings, { spanExport, foreignCalls }),
    flush,
    shutdown: async () => {
      brake.stop();
      guard('ending open calls', open.endAll, undefined);
      await flush();
      await spanProcessor.shutdown();
    },
  };
};

const meterChecks = {
  provider: providerCheck,
  itemOf: itemOfCheck,
  nativeSpans: [(value: unknown) => value === 'off' || value === 'keep', 'expected "off" or "keep"', 'choose one of them'],
} as const;

// The API knows only how to get tracers; the providers of the SDK can also be flushed.
const flushProvider = async (found: TracerProvider): Promise<void> => {
  const delegate =
    'getDelegate' in found && typeof found.getDelegate === 'function' ? (found.getDelegate() as TracerProvider) : found;
  if (!('forceFlush' in delegate) || typeof delegate.forceFlush !== 'function') return;
  try {
    await delegate.forceFlush();
  } catch {
    // Exporters of the application report their own failures.
  }
};
