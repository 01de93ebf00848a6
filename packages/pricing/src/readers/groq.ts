import { readOpenaiChat } from './openai-chat.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of Groq: the chat format; its timings are not billed. */
export const readGroq: ReadUsage = (raw) => readOpenaiChat(raw);
