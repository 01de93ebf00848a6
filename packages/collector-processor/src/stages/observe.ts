import { hash } from 'node:crypto';
import type { CostFact, Observation } from '@costspan/ledger';
import { catalogIdOf, sumUsage, type Usage } from '@costspan/pricing';
import type { SpanUsage } from '../dialects/dialect.ts';
import { optional } from '../optional.ts';
import type { SpanView } from '../otlp/span-view.ts';
import type { PricedSpan } from './enrich.ts';
import type { Identity } from './identify-item.ts';
import { NAME_CHARACTERS_MAX } from './limits.ts';

/** What the ledger keeps of a cost-bearing span. Copies what it needs: the cursor moves on. */
export const observe = (span: SpanView, identity: Identity, priced: PricedSpan): CostFact => ({
  ...identity,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: cut(span.name),
  startNs: span.startUnixNs,
  endNs: span.endUnixNs,
  observation: observationOf(span, identity, priced),
});

/** Identity of the entry of a span: the first 32 hex digits of SHA-256 over tenant, trace and span, a line each. */
const entryIdOf = (tenant: string, traceId: string, spanId: string): string =>
  hash('sha256', `${tenant}\n${traceId}\n${spanId}`, 'hex').slice(0, 32);

const observationOf = (span: SpanView, { tenant }: Identity, { normalized, receipt, waste }: PricedSpan): Observation => {
  const provider = cut(catalogIdOf(normalized.provider));
  return {
    entryId: entryIdOf(tenant, span.traceId, span.spanId),
    scopeName: cut(span.scopeName),
    scopeVersion: cut(span.scopeVersion),
    dialect: normalized.dialect,
    role: normalized.role,
    ...optional('callId', callIdOf(provider, normalized.responseId)),
    category: normalized.category,
    provider,
    model: cut(normalized.model),
    usage: usageOf(normalized.usage),
    ...optional('serviceTier', cutOptional(normalized.serviceTier)),
    ...optional('region', cutOptional(normalized.region)),
    receipt,
    waste,
    ...optional('attempt', normalized.attempt),
    ...optional('agent', cutOptional(normalized.agent)),
    ...optional('requestId', cutOptional(normalized.requestId)),
    ...optional('apiKeyFingerprint', cutOptional(normalized.apiKeyFingerprint)),
    ...optional('human', humanOf(normalized.human)),
  };
};

const humanOf = (human: Observation['human']): Observation['human'] =>
  human === undefined
    ? undefined
    : {
        ...human,
        role: cut(human.role),
        ...optional('decision', cutOptional(human.decision)),
        ...optional('handoffId', cutOptional(human.handoffId)),
      };

// A response id that was cut could equal another one, so a long one is not used at all.
const callIdOf = (provider: string, responseId: string | undefined): string | undefined =>
  responseId === undefined || responseId.length > NAME_CHARACTERS_MAX ? undefined : `${provider}:${responseId}`;

const usageOf = (usage: SpanUsage): Usage => {
  if (usage.kind !== 'ok') return {};
  const [first, ...others] = usage.parts;
  if (first === undefined) return {};
  return others.length === 0 ? first.usage : sumUsage('input_text_tokens', ...usage.parts.map((part) => part.usage));
};

const cut = (text: string): string => (text.length > NAME_CHARACTERS_MAX ? text.slice(0, NAME_CHARACTERS_MAX) : text);

const cutOptional = (text: string | undefined): string | undefined => (text === undefined ? undefined : cut(text));
