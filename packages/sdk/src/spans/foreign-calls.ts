import { type Context, type Span, type SpanContext, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { foreignScopesMax, openForeignSpansMax } from '../limits.ts';
import { SDK_SCOPE } from '../version.ts';
import { attributesOf, modelOfForeignSpan } from './model-span.ts';

type StartedSpan = Span & { readonly parentSpanContext?: SpanContext };

/** Model calls that other instrumentations tell of, by their scope, for what this process says of its own setup. */
export type ForeignCalls = {
  readonly started: (span: StartedSpan, parent: Context) => void;
  readonly ended: (span: ReadableSpan) => void;
  /** Scopes with the number of calls that Costspan did not meter. */
  readonly unmetered: () => ReadonlyMap<string, number>;
  /** Scopes with the number of calls that Costspan tells of too, with token counts that dashboards add up. */
  readonly doubled: () => ReadonlyMap<string, number>;
};

/** What is known of requests to providers of models. */
export type ForeignCallParts = {
  /** Whether a metering fetch or middleware writes on a span of another instrumentation. */
  readonly isAdopted: (span: Span) => boolean;
  /** Whether a request with these attributes goes to a provider of models and costs. */
  readonly isCostlyRequest: (attributes: Readonly<Record<string, unknown>>) => boolean;
};

type OpenCall = { readonly scope: string; isSum: boolean; isTold: boolean };

/**
 * None seen yet. A call counts as metered if a span of ours is below its span or was written on it; one below whose span
 * another model call stands is a sum and no call.
 */
export const createForeignCalls = ({ isAdopted, isCostlyRequest }: ForeignCallParts): ForeignCalls => {
  const open = new Map<string, OpenCall>();
  const unmetered = new Map<string, number>();
  const doubled = new Map<string, number>();

  const ofOurs = (span: ReadableSpan): void => {
    const above = open.get(span.parentSpanContext?.spanId ?? '');
    if (above !== undefined && 'gen_ai.usage.input_tokens' in span.attributes) count(doubled, above.scope);
  };

  const startedForeign = (span: StartedSpan, parent: Context, above: OpenCall | undefined): void => {
    const scope = scopeOf(span);
    if (modelOfForeignSpan(span) !== undefined) {
      if (above !== undefined) above.isSum = true;
      open.set(span.spanContext().spanId, { scope, isSum: false, isTold: false });
      const [oldest] = open.keys();
      if (open.size > openForeignSpansMax && oldest !== undefined) open.delete(oldest);
      return;
    }
    // A request below a span of ours is metered, one below the span of a model call is told by that.
    const active = trace.getSpan(parent);
    const isTold = above !== undefined || (active !== undefined && (scopeOf(active) === SDK_SCOPE || isAdopted(active)));
    if (!isTold && isCostlyRequest(attributesOf(span))) count(unmetered, scope);
  };

  return {
    started: (span, parent) => {
      const above = open.size === 0 ? undefined : open.get(span.parentSpanContext?.spanId ?? '');
      if (scopeOf(span) !== SDK_SCOPE) startedForeign(span, parent, above);
      else if (above !== undefined) above.isTold = true;
    },
    ended: (span) => {
      if (open.size === 0) return;
      if (span.instrumentationScope.name === SDK_SCOPE) {
        ofOurs(span);
        return;
      }
      const { spanId } = span.spanContext();
      const call = open.get(spanId);
      if (call === undefined) return;
      open.delete(spanId);
      if (!call.isSum && !call.isTold && !isAdopted(span as unknown as Span)) count(unmetered, call.scope);
    },
    unmetered: () => unmetered,
    doubled: () => doubled,
  };
};

const scopeOf = (span: Span): string => {
  const scope = 'instrumentationScope' in span ? (span.instrumentationScope as { readonly name?: unknown }) : undefined;
  return typeof scope?.name === 'string' ? scope.name : '';
};

const count = (counts: Map<string, number>, scope: string): void => {
  const before = counts.get(scope);
  if (before !== undefined || counts.size < foreignScopesMax) counts.set(scope, (before ?? 0) + 1);
};
