import {
  ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER,
  ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_1H_INPUT_TOKENS,
  ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_5M_INPUT_TOKENS,
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_SYSTEM,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_HTTP_REQUEST_RESEND_COUNT,
  ATTR_OPENAI_REQUEST_SERVICE_TIER,
  ATTR_OPENAI_RESPONSE_SERVICE_TIER,
} from '@costspan/semconv';
import type { CallKeys, RoleRule, TokenKeys } from './dialect.ts';

/** Token counts by the OpenTelemetry names: current ones first, then renamed and deprecated ones, then near misses in use. */
export const GEN_AI_TOKENS: TokenKeys = {
  input: [ATTR_GEN_AI_USAGE_INPUT_TOKENS, 'gen_ai.usage.prompt_tokens'],
  output: [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, 'gen_ai.usage.completion_tokens'],
  total: ['gen_ai.usage.total_tokens', 'llm.usage.total_tokens'],
  cacheRead: [
    ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.cache_read_tokens',
    'gen_ai.usage.input_tokens.cached',
    'gen_ai.usage.prompt_tokens_details.cache_read',
  ],
  cacheWrite: [
    ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write_input_tokens',
    'gen_ai.usage.cache_write_tokens',
    'gen_ai.usage.input_tokens.cache_write',
  ],
  cacheWrite5m: [ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_5M_INPUT_TOKENS],
  cacheWrite1h: [ATTR_ANTHROPIC_USAGE_CACHE_CREATION_EPHEMERAL_1H_INPUT_TOKENS],
  reasoning: [
    ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    'gen_ai.usage.reasoning_tokens',
    'gen_ai.usage.output_tokens.reasoning',
    'gen_ai.usage.details.reasoning_tokens',
  ],
  inputMedia: {
    audio: ['gen_ai.usage.audio.input_tokens'],
    image: ['gen_ai.usage.image.input_tokens'],
    video: ['gen_ai.usage.video.input_tokens'],
  },
  cacheReadMedia: {
    audio: ['gen_ai.usage.audio.cache_read.input_tokens'],
    image: ['gen_ai.usage.image.cache_read.input_tokens'],
  },
  outputMedia: {
    audio: ['gen_ai.usage.audio.output_tokens'],
    image: ['gen_ai.usage.image.output_tokens'],
    video: ['gen_ai.usage.video.output_tokens'],
  },
};

/** Roles by operation. Agents, workflows and steps repeat what the calls below them carry. */
export const GEN_AI_ROLE: RoleRule = {
  keys: [ATTR_GEN_AI_OPERATION_NAME],
  byValue: {
    chat: 'call',
    generate_content: 'call',
    text_completion: 'call',
    embeddings: 'call',
    invoke_agent: 'aggregate',
    invoke_workflow: 'aggregate',
    agent_step: 'aggregate',
    create_agent: 'aggregate',
    plan: 'aggregate',
    execute_tool: 'none',
    retrieval: 'none',
    create_memory: 'none',
    search_memory: 'none',
    update_memory: 'none',
    upsert_memory: 'none',
    delete_memory: 'none',
    create_memory_store: 'none',
    delete_memory_store: 'none',
  },
  otherwise: 'call-if-used',
  absent: 'call-if-used',
};

/** A model call by the OpenTelemetry names, as the conventions mean it: input includes the caches, output includes reasoning. */
export const GEN_AI_CALL: CallKeys = {
  role: GEN_AI_ROLE,
  categoryByValue: { embeddings: 'embedding' },
  provider: [ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_SYSTEM],
  model: [ATTR_GEN_AI_RESPONSE_MODEL, ATTR_GEN_AI_REQUEST_MODEL],
  responseId: [ATTR_GEN_AI_RESPONSE_ID],
  agent: [ATTR_GEN_AI_AGENT_NAME],
  resends: [ATTR_HTTP_REQUEST_RESEND_COUNT],
  servedTier: [ATTR_OPENAI_RESPONSE_SERVICE_TIER, ATTR_ANTHROPIC_RESPONSE_SERVICE_TIER, 'gen_ai.openai.response.service_tier'],
  requestedTier: [ATTR_OPENAI_REQUEST_SERVICE_TIER, 'gen_ai.openai.request.service_tier'],
  tokens: GEN_AI_TOKENS,
  caches: 'inside',
};
