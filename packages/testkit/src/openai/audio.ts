import type { Transcription, TranscriptionStreamEvent } from 'openai/resources/audio/transcriptions';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { piecesOf } from '../server/pieces.ts';
import { unitsOf } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';

/** `POST /v1/audio/speech`: bytes that say nothing of their cost, which is by the characters of the text. */
export const answerSpeech: Endpoint = (request) => {
  const { input } = request.body;
  if (typeof input !== 'string') return { status: 400, message: "Missing required parameter: 'input'." };
  return {
    body: { bytes: Buffer.from(`ID3 ${'\0'.repeat(input.length)}`), contentType: 'audio/mpeg' },
    model: request.model,
    usage: { characters: [...input].length },
  };
};

/** `POST /v1/audio/transcriptions`, plain and streamed, billed by tokens; by seconds where the script says `audio_seconds`. */
export const answerTranscription: Endpoint = (request, reply) => {
  const text = reply.text ?? 'What was said.';
  const usage = reply.usage ?? { input_audio_tokens: 14, output_text_tokens: tokensOf(text) };
  const u = unitsOf(usage, 'transcriptions', [
    'audio_seconds',
    'input_audio_tokens',
    'input_text_tokens',
    'output_text_tokens',
  ] as const);
  const input = u.input_audio_tokens + u.input_text_tokens;
  const tokens: Transcription.Tokens = {
    type: 'tokens',
    input_tokens: input,
    input_token_details: { audio_tokens: u.input_audio_tokens, text_tokens: u.input_text_tokens },
    output_tokens: u.output_text_tokens,
    total_tokens: input + u.output_text_tokens,
  };
  const rawUsage: Transcription['usage'] = u.audio_seconds > 0 ? { type: 'duration', seconds: u.audio_seconds } : tokens;
  // A form has no booleans.
  const isStream = request.body['stream'] === 'true';
  return {
    body: isStream ? { events: transcriptEvents(text, tokens) } : { json: { text, usage: rawUsage } },
    model: request.model,
    usage,
    rawUsage,
  };
};

const transcriptEvents = (text: string, usage: Transcription.Tokens): readonly FakeEvent[] => {
  const events: readonly TranscriptionStreamEvent[] = [
    ...piecesOf(text).map((delta) => ({ type: 'transcript.text.delta' as const, delta })),
    { type: 'transcript.text.done', text, usage },
  ];
  return events.map((event) => ({
    event: event.type,
    data: JSON.stringify(event),
    carriesUsage: event.type === 'transcript.text.done',
  }));
};
