import type { CompletionUsage } from 'openai/resources/completions';
import type { ResponseUsage } from 'openai/resources/responses/responses';
import { type FakeReply, type FakeRequest, type FakeUsage, unitsOf } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';

const units = [
  'input_text_tokens',
  'input_audio_tokens',
  'input_cache_read_text_tokens',
  'input_cache_write_other_tokens',
  'output_text_tokens',
  'output_reasoning_tokens',
  'output_audio_tokens',
] as const;

/** What a reply uses: as scripted, or four characters a token. */
export function usageOf(request: FakeRequest, reply: FakeReply, text: string): FakeUsage {
  return reply.usage ?? { input_text_tokens: tokensOf(request.text), output_text_tokens: tokensOf(text) };
}

/** Usage as chat completions report it: cached input is part of the prompt, reasoning is part of the completion. */
export function chatUsage(usage: FakeUsage): CompletionUsage {
  const u = unitsOf(usage, 'chat.completions', units);
  const written = u.input_cache_write_other_tokens;
  const prompt = u.input_text_tokens + u.input_audio_tokens + u.input_cache_read_text_tokens + written;
  const completion = u.output_text_tokens + u.output_reasoning_tokens + u.output_audio_tokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: u.input_cache_read_text_tokens,
      audio_tokens: u.input_audio_tokens,
      ...(written > 0 ? { cache_write_tokens: written } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: u.output_reasoning_tokens,
      audio_tokens: u.output_audio_tokens,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Usage as responses report it: the same inclusions under other names. */
export function responseUsage(usage: FakeUsage): ResponseUsage {
  const u = unitsOf(usage, 'responses', [...units, 'web_searches', 'file_searches', 'code_sessions']);
  const input = u.input_text_tokens + u.input_cache_read_text_tokens + u.input_cache_write_other_tokens;
  const output = u.output_text_tokens + u.output_reasoning_tokens;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: u.input_cache_read_text_tokens,
      cache_write_tokens: u.input_cache_write_other_tokens,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: u.output_reasoning_tokens },
    total_tokens: input + output,
  };
}
