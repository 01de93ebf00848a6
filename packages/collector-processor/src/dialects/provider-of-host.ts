import { RECENT_HOSTS_MAX } from '../stages/limits.ts';
import { remember } from '../stages/remember.ts';

const PROVIDER_OF_HOST: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'eu.api.openai.com': 'openai',
  'us.api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'generativelanguage.googleapis.com': 'google',
  'api.mistral.ai': 'mistral',
  'api.groq.com': 'groq',
  'api.deepseek.com': 'deepseek',
  'api.x.ai': 'x-ai',
  'api.cohere.com': 'cohere',
  'api.cohere.ai': 'cohere',
  'api.perplexity.ai': 'perplexity',
  'api.moonshot.ai': 'moonshotai',
  'api.together.xyz': 'together',
  'api.fireworks.ai': 'fireworks',
  'api.cerebras.ai': 'cerebras',
  'api.voyageai.com': 'voyageai',
  'ai-gateway.vercel.sh': 'vercel',
  'openrouter.ai': 'openrouter',
};

const AZURE = /\.(openai|cognitiveservices|services\.ai|models\.ai)\.azure\.com$/;
const BEDROCK = /(^|\.)bedrock-runtime(-fips)?\.[\w-]+\.((vpce\.)?amazonaws\.com(\.cn)?|api\.aws)$/;
const VERTEX = /(^|-)aiplatform(\.\w+\.rep)?\.googleapis\.com$/;

/** Catalog identifier of the provider of models behind a host, with or without a port; undefined for any other host. */
export const providerOfHost = (host: string): string | undefined => known(host) || undefined;

// Hardly any request is to a provider, and nearly all are to hosts that were seen before.
const known = remember(RECENT_HOSTS_MAX, (host: string): string => lookUp(host) ?? '');

const lookUp = (host: string): string | undefined => {
  const [name = ''] = host.toLowerCase().split(':');
  if (Object.hasOwn(PROVIDER_OF_HOST, name)) return PROVIDER_OF_HOST[name];
  if (AZURE.test(name)) return 'azure';
  if (BEDROCK.test(name)) return 'aws';
  return VERTEX.test(name) ? 'google' : undefined;
};
