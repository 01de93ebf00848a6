import { type NamedSizes, sizesOf } from './named-sizes.ts';

/** Catalog identifier and the start that names of a biller have in the list, by `litellm_provider`. */
const BILLERS: ReadonlyMap<string, readonly [provider: string, start: string]> = new Map([
  ['anthropic', ['anthropic', '']],
  ['azure', ['azure', 'azure/']],
  ['azure_ai', ['azure', 'azure_ai/']],
  ['baseten', ['baseten', 'baseten/']],
  ['bedrock', ['aws', '']],
  ['bedrock_converse', ['aws', '']],
  ['cerebras', ['cerebras', 'cerebras/']],
  ['cloudflare', ['cloudflare', 'cloudflare/']],
  ['cohere', ['cohere', 'cohere/']],
  ['cohere_chat', ['cohere', '']],
  ['deepseek', ['deepseek', 'deepseek/']],
  ['fireworks_ai', ['fireworks', 'fireworks_ai/']],
  ['gemini', ['google', 'gemini/']],
  ['github_copilot', ['github-copilot', 'github_copilot/']],
  ['groq', ['groq', 'groq/']],
  ['minimax', ['minimax', 'minimax/']],
  ['mistral', ['mistral', 'mistral/']],
  ['moonshot', ['moonshotai', 'moonshot/']],
  ['novita', ['novita', 'novita/']],
  ['openai', ['openai', '']],
  ['perplexity', ['perplexity', 'perplexity/']],
  ['text-completion-openai', ['openai', '']],
  ['together_ai', ['together', 'together_ai/']],
  ['vertex_ai', ['google', 'vertex_ai/']],
  ['vertex_ai-anthropic_models', ['google', 'vertex_ai/']],
  ['vertex_ai-language-models', ['google', 'vertex_ai/']],
  ['voyage', ['voyageai', 'voyage/']],
  ['xai', ['x-ai', 'xai/']],
  ['zai', ['zai', 'zai/']],
]);

/** Page of entries that name none. */
const LIST_URL = 'https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json';

/** The sizes in the model list LiteLLM ships, of the billers a catalog can have. No price is taken from it. */
export function litellmSizes(list: unknown): readonly NamedSizes[] {
  return Object.entries(recordOf(list)).flatMap(([key, value]) => {
    const { litellm_provider: biller, max_output_tokens: output, max_input_tokens: input, source } = recordOf(value);
    const [provider, start] = BILLERS.get(String(biller)) ?? [];
    const sizes = sizesOf(output, input);
    if (provider === undefined || start === undefined || sizes === undefined) return [];
    const name = (key.startsWith(start) ? key.slice(start.length) : key).toLowerCase();
    // Bedrock names with a region or an image size in front: the model itself is listed too.
    if (provider === 'aws' && name.includes('/')) return [];
    return [{ provider, name, sizes, url: typeof source === 'string' && source.startsWith('https://') ? source : LIST_URL }];
  });
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
