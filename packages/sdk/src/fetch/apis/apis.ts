import { anthropicMessages } from './anthropic-messages.ts';
import type { Api } from './api-type.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiEmbeddings, openaiImages, openaiSpeech, openaiTranscription } from './openai-others.ts';
import { openaiResponses } from './openai-responses.ts';

/** Every kind of call that costs. What matches none passes through unmetered. */
const apis: readonly Api[] = [
  anthropicMessages,
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  openaiImages,
  openaiTranscription,
  openaiSpeech,
];

/** The API a request goes to, or undefined when it costs nothing or nobody knows it. */
export const apiOf = (method: string, path: string): Api | undefined =>
  method === 'POST' ? apis.find((api) => api.path.test(path)) : undefined;
