import type { SpanRole } from '@costspan/ledger';
import type { UsagePart, UsageReading } from '@costspan/pricing';
import { ATTR_COSTSPAN_API_KEY_FINGERPRINT, ATTR_COSTSPAN_PROVIDER_REQUEST_ID, type Category } from '@costspan/semconv';
import type { CallKeys, CostReading, PayloadReading, RoleOrNone, RoleRule, SpanFields, SpanUsage } from '../dialects/dialect.ts';
import { keysOfTokens } from '../dialects/keys-of-tokens.ts';
import { servedTier } from '../dialects/service-tier.ts';
import { optional } from '../optional.ts';
import { PAYLOAD_CHARACTERS_MAX } from './limits.ts';
import { readTokens } from './read-tokens.ts';
import { textOf } from './span-fields.ts';

/** What a span of a dialect that is data alone says about cost; undefined when it bears none and sums none. */
export const readCall = (call: CallKeys, fields: SpanFields): CostReading | undefined => {
  const role = roleOf(call, fields);
  if (role === 'none') return undefined;
  const payload = readPayload(call, fields);
  const category = categoryOf(call, fields);
  const provider = providerOf(call, fields);
  const usage = usageOf(call, fields, { payload, provider, category });
  // A sum that sums nothing is an ordinary span.
  if (role === 'aggregate' && usage.kind === 'missing') return undefined;
  const tier = tierOf(call, fields, payload);
  return {
    role,
    category,
    provider,
    model: fields.text(call.model) ?? '',
    usage: usage.kind === 'ok' ? withAssumption(usage, tier.assumption ?? call.doubt?.(fields)) : usage,
    ...optional('responseId', payload?.responseId ?? fields.text(call.responseId ?? [])),
    ...optional('serviceTier', tier.served),
    ...optional('region', fields.text(call.region ?? [])),
    ...optional('agent', fields.text(call.agent ?? [])),
    ...optional('requestId', fields.text([ATTR_COSTSPAN_PROVIDER_REQUEST_ID, ...(call.requestId ?? [])])),
    ...optional('apiKeyFingerprint', fields.text([ATTR_COSTSPAN_API_KEY_FINGERPRINT])),
  };
};

/** Every key that reading such a call may ask for. */
export const keysOfCall = (call: CallKeys): readonly string[] => [
  ...call.role.keys,
  ...[call.provider, call.model, call.responseId, call.requestId, call.agent].flatMap((keys) => keys ?? []),
  ...[call.servedTier, call.requestedTier, call.region].flatMap((keys) => keys ?? []),
  ...keysOfTokens(call.tokens),
  ...(call.payloads ?? []).map(({ key }) => key),
  ...(call.otherKeys ?? []),
  ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
  ATTR_COSTSPAN_API_KEY_FINGERPRINT,
];

const roleOf = (call: CallKeys, fields: SpanFields): SpanRole | 'none' => {
  const key = fields.present(call.role.keys);
  const value = key === undefined ? undefined : textOf(fields.get(key));
  const found = value === undefined ? call.role.absent : roleByValue(call.role, value);
  return found === 'call-if-used' ? (isUsed(call, fields) ? 'call' : 'none') : found;
};

const roleByValue = (rule: RoleRule, value: string): RoleOrNone | 'call-if-used' =>
  Object.hasOwn(rule.byValue, value) ? (rule.byValue[value] ?? rule.otherwise) : rule.otherwise;

const isUsed = (call: CallKeys, fields: SpanFields): boolean =>
  fields.present([...call.tokens.input, ...call.tokens.output, ...call.model]) !== undefined;

const categoryOf = (call: CallKeys, fields: SpanFields): Category => {
  const value = fields.text(call.role.keys);
  const byValue = call.categoryByValue;
  return (value !== undefined && byValue !== undefined && Object.hasOwn(byValue, value) ? byValue[value] : undefined) ?? 'llm';
};

const providerOf = (call: CallKeys, fields: SpanFields): string => {
  const value = fields.text(call.provider);
  if (value !== undefined) return call.providerOf?.(value) ?? value;
  return call.providerOtherwise ?? '';
};

type Known = { readonly payload: PayloadReading | undefined; readonly provider: string; readonly category: Category };

/** The provider's own usage object where the span carries one, else the counts. */
const usageOf = (call: CallKeys, fields: SpanFields, { payload, provider, category }: Known): SpanUsage => {
  if (payload !== undefined && payload.usage.kind !== 'missing') return spanUsageOf(payload.usage);
  const caches = typeof call.caches === 'function' ? call.caches(fields, provider) : call.caches;
  return readTokens(fields, call.tokens, { caches, expectsOutput: category !== 'embedding' });
};

const spanUsageOf = (reading: Exclude<UsageReading, { readonly kind: 'missing' }>): SpanUsage =>
  reading.kind === 'ok' ? reading : { kind: 'invalid', reason: 'usage-inconsistent' };

const readPayload = (call: CallKeys, fields: SpanFields): PayloadReading | undefined => {
  for (const { key, read } of call.payloads ?? []) {
    const text = fields.get(key);
    if (typeof text !== 'string' || text.length > PAYLOAD_CHARACTERS_MAX) continue;
    const json = parseJson(text);
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

type Tier = { readonly served?: string; readonly assumption?: string };

const tierOf = (call: CallKeys, fields: SpanFields, payload: PayloadReading | undefined): Tier => {
  const served = payload?.serviceTier ?? fields.text(call.servedTier ?? []);
  if (served !== undefined) return optional('served', servedTier(served));
  const requested = servedTier(fields.text(call.requestedTier ?? []));
  return requested === undefined || requested === 'auto' ? {} : { served: requested, assumption: 'service-tier-requested' };
};

const withAssumption = (usage: SpanUsage & { readonly kind: 'ok' }, assumption: string | undefined): SpanUsage => {
  if (assumption === undefined) return usage;
  const parts = usage.parts.map((part): UsagePart => ({ assumption, ...part }));
  return { ...usage, parts };
};
