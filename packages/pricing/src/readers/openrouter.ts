import { CHAT_INPUT, CHAT_OUTPUT } from './openai-chat.ts';
import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/**
 * Reads `usage` of OpenRouter: the chat format plus what was charged, in credits of one US dollar. Under one's own
 * provider key (`is_byok`) the charge is the router's fee, so the cost is that of the upstream provider, and the
 * assumption `router-fee-excluded` says that a fee came on top.
 */
export const readOpenrouter: ReadUsage = (raw) =>
  readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => {
    const usage = sumUsage('input_text_tokens', fields.split(CHAT_INPUT), fields.split(CHAT_OUTPUT));
    const charged = fields.decimal('cost');
    const upstream = fields.decimal('cost_details.upstream_inference_cost');
    if (valueAt(raw, 'is_byok') !== true) {
      return [{ usage, ...(charged !== undefined && { reportedCost: { amount: charged, currency: 'USD' } }) }];
    }
    return [
      {
        usage,
        ...(upstream !== undefined && { reportedCost: { amount: upstream, currency: 'USD' } }),
        ...(charged !== undefined && /[1-9]/.test(charged) && { assumption: 'router-fee-excluded' }),
      },
    ];
  });
