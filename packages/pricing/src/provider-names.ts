/** Catalog identifiers by the other names OpenTelemetry and instrumentations give the same biller. */
const CATALOG_IDS: ReadonlyMap<string, string> = new Map([
  ['az.ai.inference', 'azure'],
  ['az.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
  ['azure.ai.openai', 'azure'],
  ['azure_openai', 'azure'],
  ['azure-openai', 'azure'],
  ['amazon-bedrock', 'aws'],
  ['amazon_bedrock', 'aws'],
  ['aws.bedrock', 'aws'],
  ['aws_bedrock', 'aws'],
  ['bedrock', 'aws'],
  ['gcp.gemini', 'google'],
  ['gcp.gen_ai', 'google'],
  ['gcp.vertex_ai', 'google'],
  ['gemini', 'google'],
  ['google_genai', 'google'],
  ['google-vertex', 'google'],
  ['vertex_ai', 'google'],
  ['vertexai', 'google'],
  ['deepseek_ai', 'deepseek'],
  ['fireworks_ai', 'fireworks'],
  ['fireworks-ai', 'fireworks'],
  ['mistral_ai', 'mistral'],
  ['mistralai', 'mistral'],
  ['moonshot_ai', 'moonshotai'],
  ['perplexity_ai', 'perplexity'],
  ['together_ai', 'together'],
  ['togetherai', 'together'],
  ['voyage', 'voyageai'],
  ['voyage_ai', 'voyageai'],
  ['x_ai', 'x-ai'],
  ['xai', 'x-ai'],
  ['ai_gateway', 'vercel'],
  ['gateway', 'vercel'],
  ['vercel_ai_gateway', 'vercel'],
  ['vercel-ai-gateway', 'vercel'],
  ['open_router', 'openrouter'],
]);

/**
 * Billers that route a call to another provider and charge what their answer says: which upstream served it, and for how
 * much, only they know. What such a provider reports is taken before what a book calculates.
 */
export const ROUTERS: readonly string[] = ['llmgateway', 'openrouter', 'requesty', 'vercel'];

/** Catalog identifier of a provider named as in OpenTelemetry: `aws.bedrock` is `aws`. Unknown names stay, in lower case. */
export const catalogIdOf = (provider: string): string => {
  const known = CATALOG_IDS.get(provider);
  if (known !== undefined) return known;
  const lower = provider.toLowerCase();
  return CATALOG_IDS.get(lower) ?? lower;
};

/** Provider and name of a SKU `provider/name`, split at the first slash; undefined when either is empty. */
export const parseSku = (sku: string): { readonly provider: string; readonly model: string } | undefined => {
  const slash = sku.indexOf('/');
  if (slash <= 0 || slash === sku.length - 1) return undefined;
  return { provider: sku.slice(0, slash), model: sku.slice(slash + 1) };
};
