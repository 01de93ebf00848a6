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
import { type AttributeSink, sinkOf } from '../spans/attribute-sink.ts';
import { isToldByTokens, writeTokens, writeUsage } from '../spans/usage-attributes.ts';
import type { Answer } from './apis/api-type.ts';
import type { ModelUsage } from './read-usage.ts';

/** What an answer said about itself and its usage; no word of the answer. */
export const answerAttributes = (answer: Answer, used: ModelUsage | undefined, api: string): Attributes => {
  const attributes: Attributes = {};
  writeAnswer(answer, { used, api }, sinkOf(attributes));
  return attributes;
};

/**
 * Writes what `answerAttributes` gives. With `isBrief`, for spans on which the token counts stay, what they tell is not said a
 * second time in units.
 */
export const writeAnswer = (
  answer: Answer,
  { used, api, isBrief = false }: { readonly used: ModelUsage | undefined; readonly api: string; readonly isBrief?: boolean },
  onto: AttributeSink,
): void => {
  const model = used?.model ?? answer.model;
  const tier = used?.serviceTier ?? answer.serviceTier;
  if (model !== undefined) onto.setAttribute(ATTR_GEN_AI_RESPONSE_MODEL, model);
  if (answer.id !== undefined) onto.setAttribute(ATTR_GEN_AI_RESPONSE_ID, answer.id);
  if (answer.finishReasons !== undefined) onto.setAttribute(ATTR_GEN_AI_RESPONSE_FINISH_REASONS, [...answer.finishReasons]);
  if (tier !== undefined) onto.setAttribute(tierAttribute(api), tier);
  if (used === undefined) return;
  if (used.region !== undefined) onto.setAttribute(ATTR_COSTSPAN_REQUEST_INFERENCE_GEO, used.region);
  if (used.reportedCost !== undefined) {
    onto.setAttribute(ATTR_COSTSPAN_PROVIDER_COST_AMOUNT, used.reportedCost.amount);
    onto.setAttribute(ATTR_COSTSPAN_PROVIDER_COST_CURRENCY, used.reportedCost.currency);
  }
  if (used.assumption !== undefined) onto.setAttribute(ATTR_COSTSPAN_USAGE_ASSUMPTION, used.assumption);
  if (!isBrief || !isToldByTokens(used.usage)) writeUsage(used.usage, onto);
  writeTokens(used.usage, onto);
};

const tierAttribute = (api: string): string =>
  api === 'anthropic.messages' ? ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER : ATTR_OPENAI_RESPONSE_SERVICE_TIER;
