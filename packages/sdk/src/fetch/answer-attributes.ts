import {
  ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER,
  ATTR_COSTSPAN_PROVIDER_COST_AMOUNT,
  ATTR_COSTSPAN_PROVIDER_COST_CURRENCY,
  ATTR_COSTSPAN_REQUEST_INFERENCE_GEO,
  ATTR_COSTSPAN_USAGE_ASSUMPTION,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_OPENAI_RESPONSE_SERVICE_TIER,
} from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';
import { tokenAttributes, usageAttributes } from '../spans/usage-attributes.ts';
import type { Answer } from './apis/api-type.ts';
import type { ModelUsage } from './read-usage.ts';

/**
 * Writes on `onto` what an answer said about itself and its usage; no word of the answer. One object, filled field by field:
 * spreading parts into each other would cost more than all the rest of a call.
 */
export const answerAttributes = (
  answer: Answer,
  used: ModelUsage | undefined,
  api: string,
  onto: Attributes = {},
): Attributes => {
  const model = used?.model ?? answer.model;
  const tier = used?.serviceTier ?? answer.serviceTier;
  if (model !== undefined) onto[ATTR_GEN_AI_RESPONSE_MODEL] = model;
  if (answer.id !== undefined) onto[ATTR_GEN_AI_RESPONSE_ID] = answer.id;
  if (answer.finishReason !== undefined) onto[ATTR_GEN_AI_RESPONSE_FINISH_REASONS] = [answer.finishReason];
  if (tier !== undefined) onto[tierAttribute(api)] = tier;
  if (used === undefined) return onto;
  if (used.region !== undefined) onto[ATTR_COSTSPAN_REQUEST_INFERENCE_GEO] = used.region;
  if (used.reportedCost !== undefined) {
    onto[ATTR_COSTSPAN_PROVIDER_COST_AMOUNT] = used.reportedCost.amount;
    onto[ATTR_COSTSPAN_PROVIDER_COST_CURRENCY] = used.reportedCost.currency;
  }
  if (used.assumption !== undefined) onto[ATTR_COSTSPAN_USAGE_ASSUMPTION] = used.assumption;
  return tokenAttributes(used.usage, usageAttributes(used.usage, onto));
};

const tierAttribute = (api: string): string =>
  api === 'anthropic.messages' ? ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER : ATTR_OPENAI_RESPONSE_SERVICE_TIER;
