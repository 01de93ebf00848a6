import { anthropicMessages } from './anthropic-messages.ts';
import type { Api } from './api-type.ts';

/** Anthropic's messages on Vertex AI: the model is in the path. */
export const anthropicOnVertex: Api = {
  ...anthropicMessages,
  path: /\/publishers\/anthropic\/models\/[^/]+:(raw|streamRaw)Predict$/,
  provider: 'gcp.vertex_ai',
};

/**
 * Models on Bedrock called with their own bodies; only Anthropic's tell their usage in it. The model is in the path, and
 * a stream comes in binary frames.
 */
export const anthropicOnBedrock: Api = {
  ...anthropicMessages,
  path: /\/model\/[^/]+\/invoke(-with-response-stream)?$/,
  provider: 'aws.bedrock',
};
