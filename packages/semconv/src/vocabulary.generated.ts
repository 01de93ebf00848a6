// Generated from packages/semconv/registry.yaml by `node scripts/generate.ts`. Do not edit.

/** Cost categories, in the order reports print them. */
export const CATEGORIES = [
  'llm',
  'embedding',
  'vector',
  'tool',
  'human',
  'infrastructure',
  'observability',
  'compliance',
  'training',
  'other',
] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

/** Units of usage Costspan knows. The set is open: any other name is a custom unit and needs its own price row. */
export const UNITS = [
  'input_text_tokens',
  'input_audio_tokens',
  'input_image_tokens',
  'input_video_tokens',
  'input_cache_read_text_tokens',
  'input_cache_read_audio_tokens',
  'input_cache_read_image_tokens',
  'input_cache_write_5m_tokens',
  'input_cache_write_1h_tokens',
  'input_cache_write_other_tokens',
  'output_text_tokens',
  'output_reasoning_tokens',
  'output_audio_tokens',
  'output_image_tokens',
  'output_video_tokens',
  'requests',
  'web_searches',
  'file_searches',
  'code_sessions',
  'characters',
  'images',
  'audio_seconds',
  'rerank_searches',
  'vector_queries',
  'vector_read_units',
  'vector_write_units',
  'vectors_written',
  'storage_gb_months',
  'tool_calls',
  'compute_seconds',
  'gpu_seconds',
  'egress_gb',
  'human_ms',
  'telemetry_gb',
  'telemetry_spans',
] as const;

/** One of {@link UNITS}. */
export type KnownUnit = (typeof UNITS)[number];

/** Units that modifiers apply to unless they name others. */
export const TOKEN_UNITS: readonly KnownUnit[] = [
  'input_text_tokens',
  'input_audio_tokens',
  'input_image_tokens',
  'input_video_tokens',
  'input_cache_read_text_tokens',
  'input_cache_read_audio_tokens',
  'input_cache_read_image_tokens',
  'input_cache_write_5m_tokens',
  'input_cache_write_1h_tokens',
  'input_cache_write_other_tokens',
  'output_text_tokens',
  'output_reasoning_tokens',
  'output_audio_tokens',
  'output_image_tokens',
  'output_video_tokens',
];

/** The unit whose price stands in, as an estimate, when a price for the key is missing. */
export const PARENT_UNIT: Readonly<Partial<Record<KnownUnit, KnownUnit>>> = {
  input_audio_tokens: 'input_text_tokens',
  input_image_tokens: 'input_text_tokens',
  input_video_tokens: 'input_text_tokens',
  input_cache_read_text_tokens: 'input_text_tokens',
  input_cache_read_audio_tokens: 'input_audio_tokens',
  input_cache_read_image_tokens: 'input_image_tokens',
  input_cache_write_5m_tokens: 'input_text_tokens',
  input_cache_write_1h_tokens: 'input_cache_write_5m_tokens',
  input_cache_write_other_tokens: 'input_cache_write_5m_tokens',
  output_reasoning_tokens: 'output_text_tokens',
  output_audio_tokens: 'output_text_tokens',
  output_image_tokens: 'output_text_tokens',
  output_video_tokens: 'output_text_tokens',
};

/** Statuses of a cost; of the first seven the earliest wins when lines are summed. */
export const STATUSES = [
  'invalid_usage',
  'usage_missing',
  'unpriced',
  'estimated',
  'provider_reported',
  'declared',
  'priced',
  'non_billable',
  'aggregate',
  'duplicate',
] as const;

/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];
