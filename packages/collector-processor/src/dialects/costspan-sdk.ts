import type { SpanRole } from '@costspan/ledger';
import { ASSUMPTIONS, HUMAN_PROVIDER, parseSku } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_AGENT_NAME,
  ATTR_COSTSPAN_API_KEY_FINGERPRINT,
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
  ATTR_COSTSPAN_PROVIDER,
  ATTR_COSTSPAN_PROVIDER_COST_AMOUNT,
  ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
  ATTR_COSTSPAN_REQUEST_INFERENCE_GEO,
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_COSTSPAN_USAGE_ASSUMPTION,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_COSTSPAN_USAGE_PREFIX,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  type Category,
  UNITS,
} from '@costspan/semconv';
import { createReadTokens, type ReadTokens } from '../stages/read-tokens.ts';
import { ATTEMPT_KEYS, readAttempt } from './costspan-attempt.ts';
import { HUMAN_KEYS, readHuman } from './costspan-human.ts';
import { readStatedCosts, STATED_COST_KEYS } from './costspan-stated-costs.ts';
import type { CostReading, Dialect, SpanFields, SpanUsage } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';
import { keysOfTokens } from './keys-of-tokens.ts';
import { READING_REASONS } from './reading-reasons.ts';
import { serviceTierOf } from './service-tier.ts';
import { usageOfValues } from './usage-of-values.ts';
import { withAssumption } from './with-assumption.ts';

const PROVIDER_KEYS: readonly string[] = [ATTR_COSTSPAN_PROVIDER, ...GEN_AI_CALL.provider, 'ai.model.provider'];
const MODEL_KEYS: readonly string[] = ['gen_ai.response.model', 'ai.response.model', 'gen_ai.request.model', 'ai.model.id'];
const RESPONSE_ID_KEYS: readonly string[] = ['gen_ai.response.id', 'ai.response.id'];
const SERVED_TIER_KEYS: readonly string[] = GEN_AI_CALL.servedTier ?? [];
const REQUESTED_TIER_KEYS: readonly string[] = GEN_AI_CALL.requestedTier ?? [];
const AGENT_KEYS: readonly string[] = [ATTR_COSTSPAN_AGENT_NAME, ATTR_GEN_AI_AGENT_NAME];
const HANDOFF_KEYS: readonly string[] = [ATTR_COSTSPAN_HUMAN_ROLE, ATTR_COSTSPAN_HUMAN_TOUCH_MS];
const STATED_AMOUNT_KEYS: readonly string[] = [ATTR_COSTSPAN_DECLARED_COST_AMOUNT, ATTR_COSTSPAN_PROVIDER_COST_AMOUNT];
const readTokens: ReadTokens = createReadTokens(GEN_AI_TOKENS);
const ROLES: ReadonlySet<string> = new Set<SpanRole>(['call', 'attempt', 'handoff', 'tool', 'aggregate']);

/** Any of these on a span means that its cost is told in our own words, whoever emitted it. */
const SIGNATURE: readonly string[] = [
  ATTR_COSTSPAN_ROLE,
  ATTR_COSTSPAN_SKU,
  ATTR_COSTSPAN_DECLARED_COST_AMOUNT,
  ATTR_COSTSPAN_USAGE_MISSING,
  ATTR_COSTSPAN_HUMAN_ROLE,
  ATTR_COSTSPAN_HUMAN_TOUCH_MS,
];

const readSpan = (fields: SpanFields): CostReading | undefined => {
  const role = roleOf(fields);
  if (role === 'handoff') return readHandoff(fields);
  const isVector = isDatabaseCall(fields);
  const usage = usageOf(fields, role, isVector);
  if (role === 'aggregate' && usage.kind !== 'ok') return undefined;
  const { serviceTier, assumption } = serviceTierOf(fields.text(SERVED_TIER_KEYS), fields.text(REQUESTED_TIER_KEYS));
  const { provider, model } = nameOf(fields, role, isVector);
  const { declaredCost, reportedCost } = readStatedCosts(fields);
  return {
    role,
    category: categoryOf(fields, role, isVector),
    provider,
    model,
    usage: withAssumption(usage, assumption ?? statedAssumption(fields)),
    undecided: undefined,
    responseId: fields.evidence(RESPONSE_ID_KEYS),
    serviceTier,
    region: fields.text(ATTR_COSTSPAN_REQUEST_INFERENCE_GEO),
    reportedCost,
    declaredCost,
    attempt: readAttempt(fields),
    agent: fields.evidence(AGENT_KEYS),
    requestId: fields.evidence(ATTR_COSTSPAN_PROVIDER_REQUEST_ID),
    apiKeyFingerprint: fields.evidence(ATTR_COSTSPAN_API_KEY_FINGERPRINT),
    human: undefined,
  };
};

const readHandoff = (fields: SpanFields): CostReading => {
  const { human, usage } = readHuman(fields);
  return {
    role: 'handoff',
    category: 'human',
    provider: HUMAN_PROVIDER,
    model: human.role,
    usage,
    ...readStatedCosts(fields),
    attempt: readAttempt(fields),
    agent: fields.evidence(AGENT_KEYS),
    requestId: fields.evidence(ATTR_COSTSPAN_PROVIDER_REQUEST_ID),
    apiKeyFingerprint: fields.evidence(ATTR_COSTSPAN_API_KEY_FINGERPRINT),
    human,
  };
};

/** Reasons label metrics, so that one nobody here knows is not repeated. */
const statedAssumption = (fields: SpanFields): string | undefined => {
  const stated = fields.text(ATTR_COSTSPAN_USAGE_ASSUMPTION);
  if (stated === undefined) return undefined;
  return Object.hasOwn(ASSUMPTIONS, stated) || Object.hasOwn(READING_REASONS, stated) ? stated : 'usage-assumed';
};

const roleOf = (fields: SpanFields): SpanRole => {
  const stated = fields.text(ATTR_COSTSPAN_ROLE);
  if (stated !== undefined && ROLES.has(stated)) return stated as SpanRole;
  if (fields.present(HANDOFF_KEYS) !== undefined) return 'handoff';
  return fields.present(ATTR_COSTSPAN_SKU) === undefined && fields.present(MODEL_KEYS) !== undefined ? 'call' : 'tool';
};

const categoryOf = (fields: SpanFields, role: SpanRole, isVector: boolean): Category => {
  if (isVector) return 'vector';
  if (role === 'tool') return 'tool';
  if (isEmbedding(fields)) return 'embedding';
  return isCostAlone(fields) ? 'other' : 'llm';
};

/** A cost that is declared for no model is no model's: the SDK records what the application knows of as such a call. */
const isCostAlone = (fields: SpanFields): boolean =>
  fields.present(MODEL_KEYS) === undefined &&
  fields.present(PROVIDER_KEYS) === undefined &&
  fields.present(ATTR_COSTSPAN_DECLARED_COST_AMOUNT) !== undefined;

const isEmbedding = (fields: SpanFields): boolean => fields.text(ATTR_GEN_AI_OPERATION_NAME) === 'embeddings';

const isDatabaseCall = (fields: SpanFields): boolean =>
  fields.present(ATTR_DB_SYSTEM_NAME) !== undefined && fields.present(MODEL_KEYS) === undefined;

/** Who bills what: the SKU, the model that answered, or for want of both the database or tool by its name. */
const nameOf = (fields: SpanFields, role: SpanRole, isVector: boolean): { readonly provider: string; readonly model: string } => {
  const sku = fields.text(ATTR_COSTSPAN_SKU);
  if (sku !== undefined) return parseSku(sku) ?? { provider: sku, model: '' };
  if (isVector) {
    return { provider: fields.text(ATTR_DB_SYSTEM_NAME) ?? '', model: fields.text(ATTR_DB_OPERATION_NAME) ?? '' };
  }
  if (role === 'tool') return { provider: 'tool', model: fields.text(ATTR_GEN_AI_TOOL_NAME) ?? fields.span.name };
  return { provider: fields.text(PROVIDER_KEYS) ?? '', model: fields.text(MODEL_KEYS) ?? '' };
};

/** Usage in our own units wins over every other count of the span. What is marked as missing may still be known in part. */
const usageOf = (fields: SpanFields, role: SpanRole, isVector: boolean): SpanUsage => {
  const isMissing = fields.get(ATTR_COSTSPAN_USAGE_MISSING) === true;
  const stated = fields.span.withPrefix(ATTR_COSTSPAN_USAGE_PREFIX);
  if (stated.length > 0) {
    const usage = usageOfValues(stated, unitOfKey);
    return isMissing && usage.kind === 'ok' ? { ...usage, lacks: 'output-missing' } : usage;
  }
  if (isMissing) return { kind: 'missing' };
  return role === 'tool' || isVector ? usageOfOne(fields, isVector) : usageOfTokens(fields, role);
};

/** The unit a key counts. Keys come from senders, and the units that matter are few: those are not cut out of their keys again. */
const unitOfKey = (key: string): string => unitByKey.get(key) ?? key.slice(ATTR_COSTSPAN_USAGE_PREFIX.length);

const unitByKey: ReadonlyMap<string, string> = new Map(UNITS.map((unit) => [`${ATTR_COSTSPAN_USAGE_PREFIX}${unit}`, unit]));

/** A tool or database call that states no usage happened once; where a cost is declared for no SKU, nothing is counted. */
const usageOfOne = (fields: SpanFields, isVector: boolean): SpanUsage => {
  const isDeclared = fields.present(ATTR_COSTSPAN_DECLARED_COST_AMOUNT) !== undefined;
  if (isDeclared && fields.present(ATTR_COSTSPAN_SKU) === undefined) return { kind: 'missing' };
  return isVector ? ONE_QUERY : ONE_TOOL_CALL;
};

const ONE_QUERY: SpanUsage = { kind: 'ok', parts: [{ usage: { vector_queries: 1 } }] };
const ONE_TOOL_CALL: SpanUsage = { kind: 'ok', parts: [{ usage: { tool_calls: 1 } }] };

/** A failed request without usage was not billed: our SDK would have marked it as missing its usage. */
const usageOfTokens = (fields: SpanFields, role: SpanRole): SpanUsage => {
  const counted = readTokens(fields, { caches: 'inside', expectsOutput: !isEmbedding(fields) });
  if (counted.kind !== 'missing' || role === 'aggregate') return counted;
  const isDeclared = fields.present(STATED_AMOUNT_KEYS) !== undefined;
  const isFailed = fields.span.statusCode === STATUS_ERROR;
  return isFailed && !isDeclared ? { kind: 'unbilled', reason: `${role}-failed` } : counted;
};

const STATUS_ERROR = 2;

/** Spans of our own SDK, and any span on which an application states usage, a SKU, a cost or a handoff in our words. */
export const costspanSdk: Dialect = {
  id: 'costspan',
  version: 1,
  emitter: '@costspan/sdk, and applications that set `costspan.*` attributes themselves',
  limits: ['What a sender says about cost is believed as far as the configuration trusts it.'],
  evidence: 'own',
  detect: [{ key: SIGNATURE }, { keyPrefix: ATTR_COSTSPAN_USAGE_PREFIX }],
  keys: [
    ...SIGNATURE,
    ...STATED_COST_KEYS,
    ...HUMAN_KEYS,
    ...ATTEMPT_KEYS,
    ...PROVIDER_KEYS,
    ...MODEL_KEYS,
    ...RESPONSE_ID_KEYS,
    ...SERVED_TIER_KEYS,
    ...REQUESTED_TIER_KEYS,
    ...keysOfTokens(GEN_AI_TOKENS),
    ATTR_COSTSPAN_AGENT_NAME,
    ATTR_COSTSPAN_API_KEY_FINGERPRINT,
    ATTR_COSTSPAN_PROVIDER_REQUEST_ID,
    ATTR_COSTSPAN_REQUEST_INFERENCE_GEO,
    ATTR_COSTSPAN_USAGE_ASSUMPTION,
    ATTR_DB_OPERATION_NAME,
    ATTR_DB_SYSTEM_NAME,
    ATTR_GEN_AI_AGENT_NAME,
    ATTR_GEN_AI_OPERATION_NAME,
    ATTR_GEN_AI_TOOL_NAME,
  ],
  reads: [
    ['`costspan.usage.<unit>`', 'that unit, disjoint from all others; wins over every other count'],
    ['`gen_ai.usage.*`', 'token counts, input including the caches, where no unit is stated'],
    ['`costspan.usage_assumption`', 'why the counts are an assumption; the price is then estimated'],
    ['`costspan.sku`', 'provider and name that are priced'],
    ['`costspan.human.touch_ms`', '`human_ms`'],
    ['`costspan.declared_cost.*`, `costspan.provider_cost.*`', 'stated costs, believed as far as they are trusted'],
    ['a tool or database call that states nothing', 'one `tool_calls` or `vector_queries`'],
  ],
  read: readSpan,
};
