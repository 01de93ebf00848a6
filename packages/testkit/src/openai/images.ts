import type { ImageGenStreamEvent, ImagesResponse } from 'openai/resources/images';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { unitsOf } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';

/** One transparent pixel, PNG. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** `POST /v1/images/generations` of the GPT image models, which bill by tokens; streamed with one picture on the way. */
export const answerImages: Endpoint = (request, reply) => {
  if (request.text === '') return { status: 400, message: 'Missing required parameter: prompt' };
  const { n = 1 } = request.body;
  const count = Number(n);
  const usage = reply.usage ?? { input_text_tokens: tokensOf(request.text), output_image_tokens: 1056 * count };
  const units = ['input_text_tokens', 'input_image_tokens', 'output_image_tokens', 'output_text_tokens'] as const;
  const u = unitsOf(usage, 'images', units);
  const input = u.input_text_tokens + u.input_image_tokens;
  const output = u.output_image_tokens + u.output_text_tokens;
  const counted: ImagesResponse.Usage = {
    input_tokens: input,
    input_tokens_details: { text_tokens: u.input_text_tokens, image_tokens: u.input_image_tokens },
    output_tokens: output,
    output_tokens_details: { text_tokens: u.output_text_tokens, image_tokens: u.output_image_tokens },
    total_tokens: input + output,
  };
  const rawUsage = reply.rawUsage ?? counted;
  const json: ImagesResponse = {
    created: Math.floor(Date.now() / 1000),
    background: 'opaque',
    output_format: 'png',
    quality: 'medium',
    size: '1024x1024',
    data: Array.from({ length: count }, () => ({ b64_json: pixel })),
    ...(rawUsage === 'absent' ? {} : { usage: rawUsage as ImagesResponse.Usage }),
  };
  const model = reply.model ?? request.model;
  const body = request.body['stream'] === true ? { events: imageEvents(counted) } : { json };
  return { body, model, usage, ...(rawUsage === 'absent' ? {} : { rawUsage }) };
};

const imageEvents = (usage: ImagesResponse.Usage): readonly FakeEvent[] => {
  const picture = {
    b64_json: pixel,
    background: 'opaque',
    created_at: 1_790_000_000,
    output_format: 'png',
    quality: 'medium',
    size: '1024x1024',
  } as const;
  const events: readonly ImageGenStreamEvent[] = [
    { type: 'image_generation.partial_image', partial_image_index: 0, ...picture },
    { type: 'image_generation.completed', ...picture, usage },
  ];
  return events.map((event) => ({
    event: event.type,
    data: JSON.stringify(event),
    carriesUsage: event.type === 'image_generation.completed',
  }));
};
