import type { UsageReading } from '@costspan/pricing';
import { ATTR_COSTSPAN_API_KEY_FINGERPRINT, ATTR_COSTSPAN_PROVIDER_REQUEST_ID, type Category } from '@costspan/semconv';
import { readStatedCosts } from '../dialects/costspan-stated-costs.ts';
import { doubtsOf } from '../dialects/describe-dialect.ts';
import type { CallKeys, CostReading, PayloadReading, RoleOrNone, RoleRule, SpanFields, SpanUsage } from '../dialects/dialect.ts';
import { keysOfTokens } from '../dialects/keys-of-tokens.ts';
import { serviceTierOf } from '../dialects/service-tier.ts';
import { withAssumption } from '../dialects/with-assumption.ts';
import { optional } from '../optional.ts';
import { PAYLOAD_CHARACTERS_MAX } from './limits.ts';
import { readTokens } from './read-tokens.ts';

/** Reads a span of one dialect; undefined when it bears no cost. */
export type ReadSpan = (fields: SpanFields) => CostReading | undefined;

/** Builds the reader of a dialect that is data alone. */
export const createReadCall = (call: CallKeys): ReadSpan => {
  const keys = {
    used: [...call.tokens.input, ...call.tokens.output, ...call.model],
    requestId: [ATTR_COSTSPAN_PROVIDER_REQUEST_ID, ...(call.requestId ?? [])],
    apiKeyFingerprint: [ATTR_COSTSPAN_API_KEY_FINGERPRINT],
  };
  return (fields) => {
    const kind = fields.text(call.role.keys);
    const ownRole = roleOf(call.role, kind, () => fields.present(keys.used) !== undefined);
    if (ownRole === 'none') return undefined;
    const mayBeSum = call.mayBeSum?.(fields) === true;
    const role = mayBeSum ? 'aggregate' : ownRole;
    const payload = readPayload(call, fields);
    const category = categoryOf(call, kind);
    const provider = providerOf(call, fields);
    const usage = usageOf(call, fields, { payload, provider, category });
    // A sum that sums nothing is an ordinary span.
    if (role === 'aggregate' && usage.kind === 'missing' && !mayBeSum) return undefined;
    const { serviceTier, assumption } = serviceTierOf(
      payload?.serviceTier ?? fields.text(call.servedTier ?? NO_KEYS),
      fields.text(call.requestedTier ?? NO_KEYS),
    );
    return {
      role,
      category,
      provider,
      model: modelOf(call, fields),
      usage: withAssumption(usage, assumption ?? doubtOf(call, fields, payload)),
      ...optional('responseId', payload?.responseId ?? fields.text(call.responseId ?? NO_KEYS)),
      ...optional('serviceTier', serviceTier),
      ...optional('region', fields.text(call.region ?? NO_KEYS)),
      ...optional('agent', fields.text(call.agent ?? NO_KEYS)),
      ...optional('requestId', fields.text(keys.requestId)),
      ...optional('apiKeyFingerprint', fields.text(keys.apiKeyFingerprint)),
      ...optional('attempt', attemptOf(fields.get(fields.present(call.resends ?? NO_KEYS) ?? ''))),
      ...readStatedCosts(fields),
    };
  };
};

const NO_KEYS: readonly string[] = [];

const doubtOf = (call: CallKeys, fields: SpanFields, payload: PayloadReading | undefined): string | undefined =>
  doubtsOf(call).find(({ holds }) => holds(fields, tellsUsage(payload)))?.reason;

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

const roleOf = (rule: RoleRule, kind: string | undefined, isUsed: () => boolean): RoleOrNone => {
  const found = kind === undefined ? rule.absent : (ownValue(rule.byValue, kind) ?? rule.otherwise);
  return found === 'call-if-used' ? (isUsed() ? 'call' : 'none') : found;
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

type Known = { readonly payload: PayloadReading | undefined; readonly provider: string; readonly category: Category };

/** The provider's own usage object where the span carries one, else the counts. */
const usageOf = (call: CallKeys, fields: SpanFields, { payload, provider, category }: Known): SpanUsage => {
  if (tellsUsage(payload)) return spanUsageOf(payload.usage);
  const caches = typeof call.caches === 'string' ? call.caches : call.caches.of(fields, provider);
  return readTokens(fields, call.tokens, { caches, expectsOutput: category !== 'embedding' });
};

type TellingPayload = PayloadReading & { readonly usage: Exclude<UsageReading, { readonly kind: 'missing' }> };

const tellsUsage = (payload: PayloadReading | undefined): payload is TellingPayload =>
  payload !== undefined && payload.usage.kind !== 'missing';

const spanUsageOf = (reading: TellingPayload['usage']): SpanUsage =>
  reading.kind === 'ok' ? reading : { kind: 'invalid', reason: 'usage-inconsistent' };

const readPayload = (call: CallKeys, fields: SpanFields): PayloadReading | undefined => {
  for (const { key, parse = parseJson, read } of call.payloads ?? []) {
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
