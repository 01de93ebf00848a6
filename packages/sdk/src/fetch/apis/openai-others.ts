import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf } from './kept.ts';

const readUsage = (kept: unknown): Answer => {
  const id = textOf(kept, 'id');
  const model = textOf(kept, 'model');
  const usage = objectOf(kept, 'usage');
  return {
    isComplete: true,
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { rawUsage: usage }),
  };
};

const plain = { id: true, model: true, usage: true } as const;

/** Embeddings of OpenAI and the servers that speak its format. */
export const openaiEmbeddings: Api = {
  id: 'openai.embeddings',
  operation: 'embeddings',
  category: 'embedding',
  path: /\/embeddings$/,
  answer: plain,
  readAnswer: readUsage,
};

/** Images made, edited or varied. Models that report tokens are billed by them; of others the pictures are counted. */
export const openaiImages: Api = {
  id: 'openai.images',
  operation: 'generate_content',
  category: 'llm',
  path: /\/images\/(generations|edits|variations)$/,
  answer: { ...plain, data: { '*': {} } },
  event: { type: true, usage: true },
  readAnswer: (kept) => {
    const answer = readUsage(kept);
    const data = fieldOf(kept, 'data');
    const images = Array.isArray(data) ? data.length : 0;
    return answer.rawUsage === undefined && images > 0 ? { ...answer, otherUsage: { images } } : answer;
  },
  // Only the event of the finished picture carries usage.
  readEvent: (kept, before) => {
    const usage = objectOf(kept, 'usage');
    return usage === undefined ? before : { ...before, rawUsage: usage, isComplete: true };
  },
};

/** Speech recognised. The usage is in tokens or in seconds of audio. */
export const openaiTranscription: Api = {
  id: 'openai.transcription',
  operation: 'generate_content',
  category: 'llm',
  path: /\/audio\/(transcriptions|translations)$/,
  answer: plain,
  event: { type: true, usage: true },
  readAnswer: readUsage,
  readEvent: (kept, before) => {
    const usage = objectOf(kept, 'usage');
    return usage === undefined ? before : { ...before, rawUsage: usage, isComplete: true };
  },
};

/** Speech spoken. The audio says nothing of its cost; the characters of the text are counted in the request. */
export const openaiSpeech: Api = {
  id: 'openai.speech',
  operation: 'generate_content',
  category: 'llm',
  path: /\/audio\/speech$/,
  answer: plain,
  event: { type: true, usage: true },
  readAnswer: readUsage,
  readEvent: (kept, before) => {
    const usage = objectOf(kept, 'usage');
    return usage === undefined ? before : { ...before, rawUsage: usage, isComplete: true };
  },
  readRequest: ({ text }) => {
    const input = text('input');
    // A character is a code point, as the provider's bill counts it.
    return input === undefined ? {} : { characters: [...input].length };
  },
};
