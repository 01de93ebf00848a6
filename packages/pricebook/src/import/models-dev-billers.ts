/** Catalog identifiers by those of models.dev, where both mean the same biller. */
export const modelsDevBillers: ReadonlyMap<string, string> = new Map([
  ['amazon-bedrock', 'aws'],
  ['anthropic', 'anthropic'],
  ['azure', 'azure'],
  ['baseten', 'baseten'],
  ['cerebras', 'cerebras'],
  ['deepseek', 'deepseek'],
  ['fireworks-ai', 'fireworks'],
  ['google', 'google'],
  ['groq', 'groq'],
  ['mistral', 'mistral'],
  ['moonshotai', 'moonshotai'],
  ['openai', 'openai'],
  ['openrouter', 'openrouter'],
  ['perplexity', 'perplexity'],
  ['togetherai', 'together'],
  ['xai', 'x-ai'],
]);
