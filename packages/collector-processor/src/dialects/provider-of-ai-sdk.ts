const PROVIDER_NAMES: Readonly<Record<string, string>> = { gateway: 'vercel', vertex: 'google' };

/**
 * Provider by the name that the Vercel AI SDK gives it: `openai.responses` is openai; `google.vertex.chat` and
 * `vertex.anthropic.messages` are billed by Google.
 */
export const providerOfAiSdk = (value: string): string => {
  const [first = value] = value.split('.');
  return PROVIDER_NAMES[first] ?? first;
};
