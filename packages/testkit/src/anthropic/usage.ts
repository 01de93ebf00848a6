import type { MessageDeltaUsage, Usage } from '@anthropic-ai/sdk/resources/messages';
import { type FakeReply, type FakeUsage, unitsOf } from '../server/script.ts';

const units = [
  'input_text_tokens',
  'input_cache_read_text_tokens',
  'input_cache_write_5m_tokens',
  'input_cache_write_1h_tokens',
  'output_text_tokens',
  'output_reasoning_tokens',
  'web_searches',
] as const;

/** Usage as messages report it: cached and written input stand beside `input_tokens`, thinking is part of `output_tokens`. */
export function messageUsage(usage: FakeUsage, reply: FakeReply): Usage {
  const u = unitsOf(usage, 'messages', units);
  return {
    input_tokens: u.input_text_tokens,
    cache_creation_input_tokens: u.input_cache_write_5m_tokens + u.input_cache_write_1h_tokens,
    cache_read_input_tokens: u.input_cache_read_text_tokens,
    cache_creation: {
      ephemeral_5m_input_tokens: u.input_cache_write_5m_tokens,
      ephemeral_1h_input_tokens: u.input_cache_write_1h_tokens,
    },
    output_tokens: u.output_text_tokens + u.output_reasoning_tokens,
    output_tokens_details: u.output_reasoning_tokens > 0 ? { thinking_tokens: u.output_reasoning_tokens } : null,
    server_tool_use: u.web_searches > 0 ? { web_search_requests: u.web_searches, web_fetch_requests: 0 } : null,
    service_tier: (reply.serviceTier ?? 'standard') as Usage['service_tier'],
    inference_geo: reply.inferenceGeo ?? null,
    speed: null,
  };
}

/** Usage of `message_start`: all of the input, and a first count of the output that later events replace. */
export function startUsage(usage: Usage): Usage {
  return { ...usage, output_tokens: Math.min(1, usage.output_tokens), output_tokens_details: null, server_tool_use: null };
}

/** Usage of `message_delta`: totals so far, not additions. */
export function deltaUsage(usage: Usage): MessageDeltaUsage {
  return {
    input_tokens: usage.input_tokens,
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: usage.server_tool_use,
  };
}
