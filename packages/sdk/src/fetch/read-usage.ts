import { type MoneyText, type Usage, type UsagePart, usageReaders } from '@costspan/pricing';
import { diag } from '@opentelemetry/api';
import type { Answer, RequestBody } from './apis/api-type.ts';
import { readerOf } from './provider.ts';

/** Usage of one model inside one call. */
export type ModelUsage = {
  /** Absent: the model the answer names. */
  readonly model?: string;
  readonly usage: Usage;
  readonly serviceTier?: string;
  readonly region?: string;
  readonly reportedCost?: MoneyText;
  /** Why the counts were read under an assumption. */
  readonly assumption?: string;
};

/**
 * What an answer used, by model: the first is the model that answered, others worked for it. Empty when nobody knows,
 * which is not the same as nothing.
 */
export const readUsage = (provider: string, api: string, answer: Answer, request: RequestBody): readonly ModelUsage[] => {
  const reader = usageReaders.get(answer.usageApi ?? readerOf(provider, api));
  const reading = reader?.(answer.rawUsage) ?? { kind: 'missing', reason: 'no-reader' };
  switch (reading.kind) {
    case 'ok':
      return withOther(reading.parts, answer);
    case 'invalid':
      diag.warn(`costspan: ${provider} ${api}: the answer reports impossible usage and counts as unknown: ${reading.problem}`);
      return [];
    case 'missing': {
      const other = { ...request.usage, ...answer.otherUsage };
      return Object.keys(other).length > 0 ? [{ usage: other }] : [];
    }
    default:
      return reading satisfies never;
  }
};

const withOther = (parts: readonly UsagePart[], { otherUsage, reportedCost }: Answer): readonly ModelUsage[] => {
  if (otherUsage === undefined && reportedCost === undefined) return parts;
  const [first, ...rest] = parts;
  if (first === undefined) return [];
  const cost = first.reportedCost ?? reportedCost;
  return [{ ...first, usage: { ...first.usage, ...otherUsage }, ...(cost !== undefined && { reportedCost: cost }) }, ...rest];
};
