/** Who answers, as OpenTelemetry names providers. Longer host names first where one ends with another. */
const hosts: ReadonlyArray<readonly [hostEnd: string, provider: string]> = [
  ['api.openai.com', 'openai'],
  ['.openai.azure.com', 'azure.ai.openai'],
  ['.cognitiveservices.azure.com', 'azure.ai.openai'],
  ['.services.ai.azure.com', 'azure.ai.inference'],
  ['.models.ai.azure.com', 'azure.ai.inference'],
  ['api.anthropic.com', 'anthropic'],
  ['-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['.amazonaws.com', 'aws.bedrock'],
  ['openrouter.ai', 'openrouter'],
  ['api.deepseek.com', 'deepseek'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.x.ai', 'x_ai'],
  ['api.cohere.com', 'cohere'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.together.xyz', 'together_ai'],
  ['api.fireworks.ai', 'fireworks_ai'],
];

/**
 * The provider behind a host. Of a host nobody knows, such as a gateway of one's own, the one whose API it speaks:
 * `openai.chat` means `openai`.
 */
export const providerOf = (host: string, api: string): string =>
  hosts.find(([hostEnd]) => host.endsWith(hostEnd))?.[1] ?? api.slice(0, api.indexOf('.'));

// Of Amazon's hosts only these belong to a provider of models; others may be the application's own.
const BEDROCK = /(^|[.-])bedrock[\w-]*\./;

/** Whether a host belongs to a provider of models, who has no business with the identity of work. */
export const isProviderHost = (host: string): boolean =>
  host === 'ai-gateway.vercel.sh' ||
  hosts.some(([hostEnd, provider]) => host.endsWith(hostEnd) && (provider !== 'aws.bedrock' || BEDROCK.test(host)));

/** Readers that differ from the API's own because the provider counts differently. */
const readers: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  'openai.chat': new Map([
    ['deepseek', 'deepseek.chat'],
    ['groq', 'groq.chat'],
    ['mistral_ai', 'mistral.chat'],
    ['openrouter', 'openrouter.chat'],
    ['x_ai', 'xai.chat'],
  ]),
  'openai.responses': new Map([['x_ai', 'xai.responses']]),
};

/** Name of the usage reader for an API at a provider. */
export const readerOf = (provider: string, api: string): string => readers[api]?.get(provider) ?? api;

// Hosts whose documentation has `stream_options.include_usage`; others may refuse a field they do not know.
const includeUsageHosts: ReadonlySet<string> = new Set([
  'api.openai.com',
  'eu.api.openai.com',
  'us.api.openai.com',
  'api.deepseek.com',
  'api.groq.com',
]);

/** Whether a chat stream of this host may be asked for its usage. Azure takes the option from its `v1` API on. */
export const acceptsIncludeUsage = (url: URL, configured: readonly string[]): boolean =>
  includeUsageHosts.has(url.hostname) ||
  configured.includes(url.hostname) ||
  (url.hostname.endsWith('.openai.azure.com') && url.pathname.startsWith('/openai/v1/'));
