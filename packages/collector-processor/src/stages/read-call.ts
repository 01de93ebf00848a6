import type { UsageReading } from '@costspan/pricing';
import { ATTR_COSTSPAN_API_KEY_FINGERPRINT, ATTR_COSTSPAN_PROVIDER_REQUEST_ID, type Category } from '@costspan/semconv';
import { readStatedCosts } from '../dialects/costspan-stated-costs.ts';
import { doubtsOf } from '../dialects/describe-dialect.ts';
import type {
  CallKeys,
  CostReading,
  Doubt,
  Payload,
  PayloadReading,
  RoleOrNone,
  RoleRule,
  SpanFields,
  SpanUsage,
} from '../dialects/dialect.ts';
import { keysOfTokens } from '../dialects/keys-of-tokens.ts';
import { serviceTierOf } from '../dialects/service-tier.ts';
import { withAssumption } from '../dialects/with-assumption.ts';
import { PAYLOAD_CHARACTERS_MAX } from './limits.ts';
import { createReadTokens } from './read-tokens.ts';

/** Reads a span of one dialect; undefined when it bears no cost. */
export type ReadSpan = (fields: SpanFields) => CostReading | undefined;

/** Builds the reader of a dialect that is data alone. */
export const createReadCall = (call: CallKeys): ReadSpan => {
  const usedKeys = [...call.tokens.input, ...call.tokens.output, ...call.model];
  const requestIdKeys = [ATTR_COSTSPAN_PROVIDER_REQUEST_ID, ...(call.requestId ?? [])];
  const doubts = doubtsOf(call);
  const usageOf = createUsageOf(call);
  return (fields) => {
    const kind = fields.text(call.role.keys);
    const ownRole = roleOf(call.role, kind, fields, usedKeys);
    if (ownRole === 'none') return undefined;
    const mayBeSum = call.mayBeSum?.(fields) === true;
    const role = mayBeSum ? 'aggregate' : ownRole;
    const payload = call.payloads === undefined ? undefined : readPayload(call.payloads, fields);
    const category = categoryOf(call, kind);
    const provider = providerOf(call, fields);
    const usage = usageOf(fields, payload, provider, category);
    // A sum that sums nothing is an ordinary span.
    if (role === 'aggregate' && usage.kind === 'missing' && !mayBeSum) return undefined;
    const { serviceTier, assumption } = serviceTierOf(
      payload?.serviceTier ?? textOf(fields, call.servedTier),
      textOf(fields, call.requestedTier),
    );
    const { declaredCost, reportedCost } = readStatedCosts(fields);
    // Every field of every reading is set, to undefined where there is nothing: objects of one form are read several times faster.
    return {
      role,
      category,
      provider,
      model: modelOf(call, fields),
      usage: withAssumption(usage, assumption ?? doubtOf(doubts, fields, payload)),
      undecided: undefined,
      responseId: payload?.responseId ?? evidenceOf(fields, call.responseId),
      serviceTier,
      region: textOf(fields, call.region),
      reportedCost,
      declaredCost,
      attempt: call.resends === undefined ? undefined : attemptOf(fields.first(call.resends)),
      agent: evidenceOf(fields, call.agent),
      requestId: fields.evidence(requestIdKeys),
      apiKeyFingerprint: fields.evidence(ATTR_COSTSPAN_API_KEY_FINGERPRINT),
      human: undefined,
    };
  };
};

const textOf = (fields: SpanFields, keys: readonly string[] | undefined): string | undefined =>
  keys === undefined ? undefined : fields.text(keys);

const evidenceOf = (fields: SpanFields, keys: readonly string[] | undefined): string | undefined =>
  keys === undefined ? undefined : fields.evidence(keys);

const doubtOf = (doubts: readonly Doubt[], fields: SpanFields, payload: PayloadReading | undefined): string | undefined => {
  for (const { holds, reason } of doubts) if (holds(fields, tellsUsage(payload))) return reason;
  return undefined;
};

/** Which try of a client was answered; undefined for the first. */
const attemptOf = (resends: unknown): CostReading['attempt'] =>
  typeof resends === 'number' && Number.isSafeInteger(resends) && resends > 0
    ? { number: resends + 1, billable: 'yes' }
    : undefined;

/** Every key that reading such a call may ask for. */
export const keysOfCall = (call: CallKeys): readonly string[] => [
  ...call.role.keys,
  ...[call.provider, call.model, call.responseId, call.requestId, call.agent, call.resends].flatMap((keys) => keys ?? []),
  ...[call.servedTier, call.requestedTier, call.region].flatMap((keys) => keys ?? []),
  ...keysOfTokens(call.tokens),
  ...(call.payloads ?? []).map(({ key }) => key),
  ...(call.otherKeys ?? []),
  ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
  ATTR_COSTSPAN_API_KEY_FINGERPRINT,
];

const roleOf = (rule: RoleRule, kind: string | undefined, fields: SpanFields, usedKeys: readonly string[]): RoleOrNone => {
  const found = kind === undefined ? rule.absent : (ownValue(rule.byValue, kind) ?? rule.otherwise);
  if (found !== 'call-if-used') return found;
  return fields.first(usedKeys) === undefined ? 'none' : 'call';
};

const categoryOf = (call: CallKeys, kind: string | undefined): Category =>
  (kind === undefined || call.categoryByValue === undefined ? undefined : ownValue(call.categoryByValue, kind)) ?? 'llm';

// Kinds come from senders: `constructor` is no entry of a table.
const ownValue = <Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const providerOf = (call: CallKeys, fields: SpanFields): string => {
  const value = fields.text(call.provider);
  if (value !== undefined) return call.providerOf?.(value) ?? value;
  return call.providerOtherwise ?? '';
};

const modelOf = (call: CallKeys, fields: SpanFields): string => {
  const value = fields.text(call.model);
  return value === undefined ? '' : (call.modelOf?.(value) ?? value);
};

type UsageOf = (fields: SpanFields, payload: PayloadReading | undefined, provider: string, category: Category) => SpanUsage;

/** The provider's own usage object where the span carries one, else the counts. */
const createUsageOf = (call: CallKeys): UsageOf => {
  const readTokens = createReadTokens(call.tokens);
  return (fields, payload, provider, category) => {
    if (tellsUsage(payload)) return spanUsageOf(payload.usage);
    const caches = typeof call.caches === 'string' ? call.caches : call.caches.of(fields, provider);
    return readTokens(fields, { caches, expectsOutput: category !== 'embedding' });
  };
};

type TellingPayload = PayloadReading & { readonly usage: Exclude<UsageReading, { readonly kind: 'missing' }> };

const tellsUsage = (payload: PayloadReading | undefined): payload is TellingPayload =>
  payload !== undefined && payload.usage.kind !== 'missing';

const spanUsageOf = (reading: TellingPayload['usage']): SpanUsage =>
  reading.kind === 'ok' ? reading : { kind: 'invalid', reason: 'usage-inconsistent' };

const readPayload = (payloads: readonly Payload[], fields: SpanFields): PayloadReading | undefined => {
  for (const { key, parse = parseJson, read } of payloads) {
    const text = fields.get(key);
    if (typeof text !== 'string' || text.length > PAYLOAD_CHARACTERS_MAX) continue;
    const json = parse(text);
    const reading = json === undefined ? undefined : read(json);
    if (reading !== undefined) return reading;
  }
  return undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
