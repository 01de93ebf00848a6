import { CHAT_INPUT, CHAT_OUTPUT } from './openai-chat.ts';
import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of Mistral: the chat format plus seconds of audio, which are charged beside the tokens. */
export const readMistral: ReadUsage = (raw) =>
  readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => {
    const tokens = sumUsage('input_text_tokens', fields.split(CHAT_INPUT), fields.split(CHAT_OUTPUT));
    const seconds = fields.decimal('prompt_audio_seconds') ?? '0';
    return [{ usage: { ...tokens, ...(/[1-9]/.test(seconds) && { audio_seconds: seconds }) } }];
  });
