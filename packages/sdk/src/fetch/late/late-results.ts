import { createHash } from 'node:crypto';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
} from '@costspan/semconv';
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { backgroundOriginsMax, lateResultsMax } from '../../limits.ts';
import type { SpanStarter } from '../../span-starter.ts';
import { withForcedSpanId } from '../../spans/forced-span-id.ts';
import { withWorkItem, workItemOf } from '../../work-item/work-item-context.ts';
import type { WorkItem } from '../../work-item/work-item-type.ts';
import { answerAttributes } from '../answer-attributes.ts';
import { readUsage } from '../read-usage.ts';
import type { LateResult } from './late-result.ts';

/** Reports what earlier requests used, when their results are read. */
export type LateResults = {
  /** Remembers for whom a response is made in the background, so that its cost goes there whoever reads it here. */
  readonly expect: (responseId: string, origin: Context) => void;
  /** Reports a result once. Returns whether it was new to this process. */
  readonly report: (result: LateResult, reading: LateReader) => boolean;
};

/** Who reads a result. */
export type LateReader = {
  readonly provider: string;
  /** Context in which it is read. */
  readonly reader: Context;
  /** Default: results belong to the work item that asked for them, if that is known here, or else to the reader's. */
  readonly itemOf?: ItemOfResult;
};

/** The work item of a line of a batch, by the `custom_id` the application gave it. */
export type ItemOfResult = (customId: string) => WorkItem | undefined;

/**
 * No results yet. A result is a span whose trace and span id follow from the provider's id alone: read twice, even by two
 * processes, it is one span to the ledger.
 */
export const createLateResults = (spans: SpanStarter): LateResults => {
  const origins = new Map<string, WorkItem>();
  const reported = new Set<string>();
  return {
    expect: (responseId, origin) => {
      const item = workItemOf(origin);
      if (item === undefined) return;
      origins.set(responseId, item);
      dropOldest(origins, backgroundOriginsMax);
    },
    report: (result, { provider, reader, itemOf }) => {
      const key = `${provider} ${result.id}`;
      if (reported.has(key)) return false;
      reported.add(key);
      dropOldest(reported, lateResultsMax);
      const named = result.customId === undefined ? undefined : itemOf?.(result.customId);
      const item = named ?? origins.get(result.id) ?? workItemOf(reader);
      origins.delete(result.id);
      emit(spans, result, {
        provider,
        item,
        digest: createHash('sha256').update(`costspan result ${key}`).digest('hex'),
        reader,
      });
      return true;
    },
  };
};

type Emission = {
  readonly provider: string;
  readonly item: WorkItem | undefined;
  readonly digest: string;
  readonly reader: Context;
};

const emit = (spans: SpanStarter, { api, answer }: LateResult, { provider, item, digest, reader }: Emission): void => {
  const parts = readUsage(provider, api.id, answer, { isStream: false });
  const model = answer.model ?? '';
  const shared: Attributes = {
    [ATTR_COSTSPAN_ROLE]: 'call',
    [ATTR_COSTSPAN_CATEGORY]: api.category,
    [ATTR_GEN_AI_OPERATION_NAME]: api.operation,
    [ATTR_GEN_AI_PROVIDER_NAME]: provider,
  };
  const readBy = trace.getSpanContext(reader);
  const links = readBy === undefined ? [] : [{ context: readBy }];
  // The first part is of the model that answered; others worked for it and are priced each by itself.
  for (const [index, used] of (parts.length === 0 ? [undefined] : parts).entries()) {
    const requested = used?.model ?? model;
    const span = spans.startSpan(
      `${api.operation} ${requested}`.trimEnd(),
      { kind: SpanKind.CLIENT, attributes: shared, links },
      placeOf(digest, index, item),
    );
    span.setAttributes({
      ...(requested !== '' && { [ATTR_GEN_AI_REQUEST_MODEL]: requested }),
      ...answerAttributes(index === 0 ? answer : { isComplete: true }, used, api.id),
      ...(used === undefined && { [ATTR_COSTSPAN_USAGE_MISSING]: true }),
    });
    span.end();
  }
};

const placeOf = (digest: string, index: number, item: WorkItem | undefined): Context => {
  const own = {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: TraceFlags.SAMPLED,
    isRemote: true,
  };
  const place = trace.setSpanContext(ROOT_CONTEXT, own);
  const spanId = createHash('sha256').update(`${digest} ${index}`).digest('hex').slice(0, 16);
  return withForcedSpanId(item === undefined ? place : withWorkItem(place, item), spanId);
};

const dropOldest = (kept: Map<string, unknown> | Set<string>, max: number): void => {
  if (kept.size <= max) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
};
