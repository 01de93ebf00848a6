import type { CostFact } from '@costspan/ledger';
import { catalogIdOf, sumUsage, type Usage } from '@costspan/pricing';
import type { SpanUsage } from '../dialects/dialect.ts';
import { entryIdOf } from '../facts/entry-id.ts';
import type { FactInPlace } from '../facts/write-cost-fact.ts';
import type { SpanView } from '../otlp/span-view.ts';
import type { PricedSpan } from './enrich.ts';
import type { Identity } from './identify-item.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';

/** What the ledger keeps of a cost-bearing span. Copies what it needs: the cursor moves on. */
export const observe = (span: SpanView, identity: Identity, priced: PricedSpan): CostFact => {
  const { traceId, spanId } = span;
  return {
    ...identity,
    traceId,
    spanId,
    parentSpanId: span.parentSpanId,
    name: cut(span.name),
    startNs: span.startUnixNs,
    endNs: span.endUnixNs,
    observation: { entryId: entryIdOf(identity.tenant, traceId, spanId), ...observationOf(span, priced) },
  };
};

/** The same, without what follows from the place of the span, which is copied as it stands in the request. */
export const observeInPlace = (
  span: SpanView,
  identity: Identity,
  priced: PricedSpan,
  events: CostFact['events'],
): FactInPlace => {
  const observation = observationOf(span, priced);
  const fact = { ...identity, name: cut(span.name), observation };
  return events === undefined ? fact : { ...fact, events };
};

type Observed = FactInPlace['observation'];

/** Optional fields are set where there is something: most spans lack most of them, and copies of objects cost more than that. */
const observationOf = (span: SpanView, { normalized, receipt, waste }: PricedSpan): Observed => {
  const provider = cut(catalogIdOf(normalized.provider));
  const observed: { -readonly [Key in keyof Observed]: Observed[Key] } = {
    scopeName: cut(span.scopeName),
    scopeVersion: cut(span.scopeVersion),
    dialect: normalized.dialect,
    role: normalized.role,
    category: normalized.category,
    provider,
    model: cut(normalized.model),
    usage: usageOf(normalized.usage),
    receipt,
    waste,
  };
  const { responseId, serviceTier, region, attempt, agent, requestId, apiKeyFingerprint, human } = normalized;
  // A response id that was cut could equal another one, so a long one is not used at all.
  if (responseId !== undefined && responseId.length <= NAME_CHARACTERS_MAX) observed.callId = `${provider}:${responseId}`;
  if (serviceTier !== undefined) observed.serviceTier = cut(serviceTier);
  if (region !== undefined) observed.region = cut(region);
  if (attempt !== undefined) observed.attempt = attempt;
  if (agent !== undefined) observed.agent = cut(agent);
  if (requestId !== undefined) observed.requestId = cut(requestId);
  if (apiKeyFingerprint !== undefined) observed.apiKeyFingerprint = cut(apiKeyFingerprint);
  if (human !== undefined) observed.human = humanOf(human);
  return observed;
};

const humanOf = (human: NonNullable<Observed['human']>): NonNullable<Observed['human']> => ({
  ...human,
  role: cut(human.role),
  ...(human.decision !== undefined && { decision: cut(human.decision) }),
  ...(human.handoffId !== undefined && { handoffId: cut(human.handoffId) }),
});

const usageOf = (usage: SpanUsage): Usage => {
  if (usage.kind !== 'ok') return {};
  const [first, ...others] = usage.parts;
  if (first === undefined) return {};
  return others.length === 0 ? first.usage : sumUsage('input_text_tokens', ...usage.parts.map((part) => part.usage));
};

const cut = (text: string): string => (text.length > NAME_CHARACTERS_MAX ? text.slice(0, NAME_CHARACTERS_MAX) : text);
