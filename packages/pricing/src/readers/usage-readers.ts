import { readAiSdk } from './ai-sdk.ts';
import { readAnthropicMessages } from './anthropic-messages.ts';
import { readBedrockConverse } from './bedrock-converse.ts';
import { readCohere } from './cohere.ts';
import { readDeepseek } from './deepseek.ts';
import { readGemini } from './gemini.ts';
import { readGroq } from './groq.ts';
import { readMistral } from './mistral.ts';
import { readOpenaiSpeech, readOpenaiTranscription } from './openai-audio.ts';
import { readOpenaiChat } from './openai-chat.ts';
import { readOpenaiEmbeddings } from './openai-embeddings.ts';
import { readOpenaiImages } from './openai-images.ts';
import { readOpenaiResponses } from './openai-responses.ts';
import { readOpenrouter } from './openrouter.ts';
import type { ReadUsage } from './usage-reading.ts';
import { readXaiChat, readXaiResponses } from './xai.ts';

/** Readers by the API whose usage object they read, as `raw.api` of `costspan price` names it. */
export const usageReaders: ReadonlyMap<string, ReadUsage> = new Map([
  ['ai-sdk', readAiSdk],
  ['anthropic.messages', readAnthropicMessages],
  ['bedrock.converse', readBedrockConverse],
  ['cohere', readCohere],
  ['deepseek.chat', readDeepseek],
  ['gemini', readGemini],
  ['groq.chat', readGroq],
  ['mistral.chat', readMistral],
  ['openai.chat', readOpenaiChat],
  ['openai.embeddings', readOpenaiEmbeddings],
  ['openai.images', readOpenaiImages],
  ['openai.responses', readOpenaiResponses],
  ['openai.speech', readOpenaiSpeech],
  ['openai.transcription', readOpenaiTranscription],
  ['openrouter.chat', readOpenrouter],
  ['xai.chat', readXaiChat],
  ['xai.responses', readXaiResponses],
]);
