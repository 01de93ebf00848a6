import type { IncomingMessage } from 'node:http';
import { overloadRetryAfterMs } from '../../limits.ts';
import { type ContentCoding, inflate } from '../inflate.ts';
import type { Refusal } from './answer.ts';
import type { OtlpHttpReceiverOptions } from './options.ts';
import { readBody } from './read-body.ts';

type Body = { readonly kind: 'body'; readonly body: Buffer; readonly heldBytes: number };
type Refused = { readonly kind: 'refused'; readonly refusal: Refusal };

/** The refusal of what there is no room for now. */
export const overloaded: Refusal = {
  status: 503,
  message: 'too much is under way here; send it again after the delay',
  retryAfterMs: overloadRetryAfterMs,
};

/** Refuses what need not be read to be refused. */
export function refuseEarly(
  request: IncomingMessage,
  draining: boolean,
  { config, allowance }: OtlpHttpReceiverOptions,
): Refusal | undefined {
  if (draining)
    return { ...overloaded, message: 'shutting down; send it again after the delay', headers: { connection: 'close' } };
  if (codingOf(request) === undefined) {
    return {
      status: 415,
      message: `content-encoding ${request.headers['content-encoding']} is not taken; use gzip, deflate, zstd or none`,
      headers: { 'accept-encoding': 'gzip, deflate, zstd' },
    };
  }
  if (Number(request.headers['content-length'] ?? 0) > config.requestBytesMax) return tooLarge(config.requestBytesMax);
  return allowance.admits() ? undefined : overloaded;
}

/** The body, unpacked, with the bytes it holds of the allowance; undefined when the client has gone. */
export async function receiveBody(
  request: IncomingMessage,
  options: OtlpHttpReceiverOptions,
): Promise<Body | Refused | undefined> {
  const { config, allowance } = options;
  const read = await readBody(request, config.requestBytesMax, options);
  if (read.kind === 'gone') return undefined;
  if (read.kind !== 'ok') return refused(read.kind, config.requestBytesMax);
  const coding = codingOf(request);
  if (coding === undefined || coding === 'identity') return { kind: 'body', body: read.body, heldBytes: read.body.length };
  const unpacked = await inflate(read.body, coding, config.requestBytesMax, options);
  allowance.giveBack(read.body.length);
  options.pool?.giveBack(read.body);
  if (unpacked.kind === 'ok') return { kind: 'body', body: unpacked.body, heldBytes: unpacked.body.length };
  if (unpacked.kind !== 'corrupt') return refused(unpacked.kind, config.requestBytesMax);
  return { kind: 'refused', refusal: { status: 400, message: `the body is not valid ${coding}: ${unpacked.problem}` } };
}

function refused(kind: 'too-large' | 'no-memory', bytesMax: number): Refused {
  return { kind: 'refused', refusal: kind === 'too-large' ? tooLarge(bytesMax) : overloaded };
}

function tooLarge(bytesMax: number): Refusal {
  return { status: 413, message: `the request is larger than ${bytesMax} bytes after decompression; send smaller batches` };
}

function codingOf(request: IncomingMessage): ContentCoding | 'identity' | undefined {
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return 'identity';
  return coding === 'gzip' || coding === 'deflate' || coding === 'zstd' ? coding : undefined;
}
