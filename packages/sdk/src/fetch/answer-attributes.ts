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

/** What an answer said about itself and its usage, as attributes; no word of the answer. */
export const answerAttributes = (answer: Answer, used: ModelUsage | undefined, api: string): Attributes => {
  const model = used?.model ?? answer.model;
  const tier = used?.serviceTier ?? answer.serviceTier;
  return {
    ...(model !== undefined && { [ATTR_GEN_AI_RESPONSE_MODEL]: model }),
    ...(answer.id !== undefined && { [ATTR_GEN_AI_RESPONSE_ID]: answer.id }),
    ...(answer.finishReason !== undefined && { [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: [answer.finishReason] }),
    ...(tier !== undefined && { [tierAttribute(api)]: tier }),
    ...(used?.region !== undefined && { [ATTR_COSTSPAN_REQUEST_INFERENCE_GEO]: used.region }),
    ...(used?.reportedCost !== undefined && {
      [ATTR_COSTSPAN_PROVIDER_COST_AMOUNT]: used.reportedCost.amount,
      [ATTR_COSTSPAN_PROVIDER_COST_CURRENCY]: used.reportedCost.currency,
    }),
    ...(used?.assumption !== undefined && { [ATTR_COSTSPAN_USAGE_ASSUMPTION]: used.assumption }),
    ...(used !== undefined && { ...usageAttributes(used.usage), ...tokenAttributes(used.usage) }),
  };
};

const tierAttribute = (api: string): string =>
  api === 'anthropic.messages' ? ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER : ATTR_OPENAI_RESPONSE_SERVICE_TIER;
