import type { Usage } from '../usage.ts';
import { CHAT_INPUT } from './openai-chat.ts';
import { RESPONSES_INPUT, RESPONSES_OUTPUT } from './openai-responses.ts';
import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { UsageFields } from './usage-fields.ts';
import type { ReadUsage, UsagePart } from './usage-reading.ts';

/**
 * Reads `usage` of xAI chat completions. Reasoning comes on top of `completion_tokens`, unless `total_tokens` proves that
 * it is part of them.
 */
export const readXaiChat: ReadUsage = (raw) =>
  readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => [
    partOf(fields, sumUsage('input_text_tokens', fields.split(CHAT_INPUT), chatOutput(fields), serverTools(fields))),
  ]);

/** Reads `usage` of the xAI Responses API, where reasoning is part of the output. */
export const readXaiResponses: ReadUsage = (raw) =>
  readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => [
    partOf(
      fields,
      sumUsage('input_text_tokens', fields.split(RESPONSES_INPUT), fields.split(RESPONSES_OUTPUT), serverTools(fields)),
    ),
  ]);

const chatOutput = (fields: UsageFields): Usage => {
  const prompt = fields.count('prompt_tokens') ?? 0;
  const completion = fields.count('completion_tokens') ?? 0;
  const reasoning = fields.count('completion_tokens_details.reasoning_tokens') ?? 0;
  const total = fields.count('total_tokens') ?? prompt + completion + reasoning;
  const inclusive = total === prompt + completion;
  if (!inclusive && total !== prompt + completion + reasoning) {
    fields.reject(
      `total_tokens: expected ${prompt + completion} or, with reasoning on top, ${prompt + completion + reasoning}; found ${total}`,
    );
  }
  const reasoningField = 'completion_tokens_details.reasoning_tokens';
  if (inclusive) {
    return fields.split({
      total: 'completion_tokens',
      rest: 'output_text_tokens',
      parts: [[reasoningField, 'output_reasoning_tokens']],
    });
  }
  return fields.counts([
    ['completion_tokens', 'output_text_tokens'],
    [reasoningField, 'output_reasoning_tokens'],
  ]);
};

const serverTools = (fields: UsageFields): Usage =>
  fields.counts([
    ['server_side_tool_usage_details.web_search_calls', 'web_searches'],
    ['server_side_tool_usage_details.x_search_calls', 'x_searches'],
    ['server_side_tool_usage_details.file_search_calls', 'file_searches'],
    ['server_side_tool_usage_details.document_search_calls', 'file_searches'],
    ['server_side_tool_usage_details.code_interpreter_calls', 'code_executions'],
  ]);

// One US dollar is 10^10 ticks.
const TICK_DIGITS = 10;

const partOf = (fields: UsageFields, usage: Usage): UsagePart => {
  const ticks = fields.count('cost_in_usd_ticks');
  if (ticks === undefined) return { usage };
  const digits = String(ticks).padStart(TICK_DIGITS + 1, '0');
  const amount = `${digits.slice(0, -TICK_DIGITS)}.${digits.slice(-TICK_DIGITS)}`.replace(/\.?0+$/, '');
  return { usage, reportedCost: { amount, currency: 'USD' } };
};
