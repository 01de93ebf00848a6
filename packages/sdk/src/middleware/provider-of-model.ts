/** What models of the AI SDK call their provider, and what OpenTelemetry does. Longer names first where one begins another. */
const names: ReadonlyArray<readonly [start: string, provider: string]> = [
  ['amazon-bedrock', 'aws.bedrock'],
  ['bedrock', 'aws.bedrock'],
  ['azure', 'azure.ai.openai'],
  ['anthropic', 'anthropic'],
  ['gateway', 'vercel_ai_gateway'],
  ['google.vertex', 'gcp.vertex_ai'],
  ['vertex', 'gcp.vertex_ai'],
  ['google', 'gcp.gemini'],
  ['mistral', 'mistral_ai'],
  ['moonshot', 'moonshot_ai'],
  ['togetherai', 'together_ai'],
  ['fireworks', 'fireworks_ai'],
  ['xai', 'x_ai'],
];

/** The provider behind a model of the AI SDK: `amazon-bedrock` is `aws.bedrock`, `openai.responses` is `openai`. */
export const providerOfModel = (name: string): string =>
  names.find(([start]) => name.startsWith(start))?.[1] ?? name.split('.', 1)[0] ?? name;
