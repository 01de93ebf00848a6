import { readUsageObject } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { ReadUsage } from './usage-reading.ts';

/** Reads `usage` of OpenAI transcriptions, which is billed by tokens or, for `type: duration`, by seconds of audio. */
export const readOpenaiTranscription: ReadUsage = (raw) => {
  const isDuration = typeof raw === 'object' && raw !== null && 'type' in raw && raw.type === 'duration';
  if (isDuration) {
    return readUsageObject(raw, [], (fields) => {
      const seconds = fields.decimal('seconds');
      if (seconds === undefined) fields.reject('seconds: expected the length of the audio, found nothing');
      return [{ usage: { audio_seconds: seconds ?? '0' } }];
    });
  }
  return readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => [
    {
      usage: sumUsage(
        'input_audio_tokens',
        fields.split({
          total: 'input_tokens',
          rest: 'input_audio_tokens',
          parts: [['input_token_details.text_tokens', 'input_text_tokens']],
        }),
        fields.split({ total: 'output_tokens', rest: 'output_text_tokens' }),
      ),
    },
  ]);
};

/** Reads `usage` of OpenAI speech (text in, audio out). Models billed by characters report none: count those yourself. */
export const readOpenaiSpeech: ReadUsage = (raw) =>
  readUsageObject(raw, ['input_tokens', 'output_tokens'], (fields) => [
    {
      usage: sumUsage(
        'input_text_tokens',
        fields.split({ total: 'input_tokens', rest: 'input_text_tokens' }),
        fields.split({ total: 'output_tokens', rest: 'output_audio_tokens' }),
      ),
    },
  ]);
