import { createHash } from 'node:crypto';
import type { Endpoint } from '../server/answer.ts';
import { tokensOf } from '../server/tokens.ts';

/** Size of a vector when the request names none: that of text-embedding-3-small. */
const dimensionsDefault = 1536;

/** `POST /v1/embeddings`, as floats or base64. */
export const answerEmbeddings: Endpoint = (request, reply) => {
  const { input, dimensions: dimensionsAsked, encoding_format: encoding } = request.body;
  const inputs = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(inputs) || !inputs.every((text) => typeof text === 'string')) {
    return { status: 400, message: "'$.input' is invalid: this stand-in reads a string or an array of strings" };
  }
  const dimensions = Number(dimensionsAsked ?? dimensionsDefault);
  const usage = reply.usage ?? { input_text_tokens: inputs.reduce((sum, text) => sum + tokensOf(text), 0) };
  const tokens = usage.input_text_tokens ?? 0;
  const rawUsage = reply.rawUsage ?? { prompt_tokens: tokens, total_tokens: tokens };
  const model = reply.model ?? request.model;
  const encode = encoding === 'base64' ? base64 : (vector: Float32Array): unknown => [...vector];
  const json = {
    object: 'list',
    data: inputs.map((text, index) => ({ object: 'embedding', index, embedding: encode(embed(text, dimensions)) })),
    model,
    ...(rawUsage === 'absent' ? {} : { usage: rawUsage }),
  };
  return { body: { json }, model, usage, ...(rawUsage === 'absent' ? {} : { rawUsage }) };
};

/**
 * A bag of words by feature hashing, of length 1: texts that share words lie near each other, so that retrieval in a demo
 * finds what it should. Deterministic.
 */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    const hash = createHash('sha256').update(word).digest();
    const slot = hash.readUInt32LE(0) % dimensions;
    vector[slot] = (vector[slot] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Little-endian 32-bit floats, as the API sends them. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString('base64');
}
