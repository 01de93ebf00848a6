const PREFIXES: ReadonlyArray<readonly [prefix: string, provider: string]> = [
  ['gpt-', 'openai'],
  ['chatgpt-', 'openai'],
  ['o1', 'openai'],
  ['o3', 'openai'],
  ['o4', 'openai'],
  ['text-embedding-', 'openai'],
  ['claude-', 'anthropic'],
  ['gemini-', 'google'],
  ['mistral-', 'mistral'],
  ['command-', 'cohere'],
  ['deepseek-', 'deepseek'],
  ['grok-', 'x-ai'],
];

/** Maker of a model by the prefix of its name, for sources that name no biller; any other text stays as it is. */
export const providerOfModel = (name: string): string => PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1] ?? name;
