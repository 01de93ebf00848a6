import { anthropicMessages } from './anthropic-messages.ts';
import { anthropicOnBedrock, anthropicOnVertex } from './anthropic-platforms.ts';
import type { Api } from './api-type.ts';
import { bedrockConverse } from './bedrock-converse.ts';
import { gemini, geminiEmbeddings } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiEmbeddings, openaiImages, openaiSpeech, openaiTranscription } from './openai-others.ts';
import { openaiDecisions, openaiResponses } from './openai-responses.ts';
import { vercelGateway } from './vercel-gateway.ts';

/** Every kind of call that costs. What matches none passes through unmetered. */
const apis: readonly Api[] = [
  anthropicMessages,
  openaiChat,
  openaiResponses,
  openaiDecisions,
  openaiEmbeddings,
  openaiImages,
  openaiTranscription,
  openaiSpeech,
  gemini,
  geminiEmbeddings,
  anthropicOnVertex,
  anthropicOnBedrock,
  bedrockConverse,
  vercelGateway,
];

/** The API a request goes to, or undefined when it costs nothing or nobody knows it. */
export const apiOf = (method: string, path: string): Api | undefined =>
  method === 'POST' ? apis.find((api) => api.path.test(path)) : undefined;
