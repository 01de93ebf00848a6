import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import type { OtlpHttpExporterConfig } from '../../config/config.ts';
import type { Delivery } from '../../delivery.ts';
import type { Signal } from '../../otlp/codec.ts';
import type { SelfMetrics } from '../../self-metrics.ts';
import type { Exporter, Outgoing, Patience } from '../exporter.ts';
import { mergeDeliveries } from '../merge-deliveries.ts';
import { withRetry } from '../retry.ts';
import { type AnswerCodec, interpret } from './interpret.ts';
import { createPost, type PostTls } from './post.ts';

/** A part of a request and the items in it. */
export type Part = { readonly body: Uint8Array; readonly itemCount: number };

/** Rewrites requests for a destination. */
export type OutgoingCodec = AnswerCodec & {
  /** Cuts a protobuf request into parts of at most `bytesMax`; items that alone are larger are left out and counted. */
  readonly split: (
    signal: Signal,
    body: Uint8Array,
    bytesMax: number,
  ) => { readonly parts: readonly Part[]; readonly oversizedCount: number };
  readonly toJson: (signal: Signal, body: Uint8Array) => Uint8Array;
};

/** What an exporter of OTLP over HTTP works with. */
export type OtlpHttpExporterOptions = {
  readonly name: string;
  readonly config: OtlpHttpExporterConfig;
  readonly tls: PostTls;
  readonly codec: OutgoingCodec;
  readonly metrics: Pick<SelfMetrics, 'retried'>;
  readonly clock: Clock;
  readonly random: () => number;
};

const compressors: Readonly<Record<OtlpHttpExporterConfig['compression'], (body: Uint8Array) => Promise<Uint8Array>>> = {
  // Level 1 of both: level 6 of gzip costs twice the time for a few percent.
  gzip: (body) => promisify(gzip)(body, { level: 1 }),
  zstd: (body) => promisify(zstdCompress)(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  none: async (body) => body,
};

/** Sends requests to one OTLP/HTTP endpoint: split by size, compressed, repeated as the OTLP specification says. */
export function createOtlpHttpExporter(options: OtlpHttpExporterOptions): Exporter {
  const { name, config, codec, clock } = options;
  const { post, close } = createPost(config.timeoutMs, options.tls);
  const headers = {
    ...config.headers,
    'content-type': config.encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    ...(config.compression === 'none' ? {} : { 'content-encoding': config.compression }),
  };

  const sendPart = async (signal: Signal, part: Part, patience: Patience): Promise<Delivery> => {
    const body = await compressors[config.compression](part.body);
    const attempt = async (): Promise<Delivery> =>
      interpret(await post(config.urls[signal], headers, body, patience.abort), signal, name, codec, clock.nowMs());
    const onRetry = (): void => options.metrics.retried(name);
    return withRetry(attempt, { config: config.retry, patience, clock, random: options.random, onRetry });
  };

  return {
    name,
    send: async (request, patience) => {
      const { parts, oversizedCount } = writeParts(request, config, codec);
      const outcomes: { readonly delivery: Delivery; readonly itemCount: number }[] = [];
      for (const part of parts) {
        const delivery = await sendPart(request.signal, part, patience);
        outcomes.push({ delivery, itemCount: part.itemCount });
        // The whole request will come again; sending more of it now would only make more duplicates.
        if (delivery.kind === 'retryable') break;
      }
      return mergeDeliveries(outcomes, {
        count: oversizedCount,
        message: `${name}: larger than ${config.requestBytesMax} bytes`,
      });
    },
    close: async () => close(),
  };
}

/** The request in the destination's encoding, in parts within its size. */
function writeParts(
  { signal, body, spanCount }: Outgoing,
  { encoding, requestBytesMax }: OtlpHttpExporterConfig,
  codec: OutgoingCodec,
): { readonly parts: readonly Part[]; readonly oversizedCount: number } {
  const whole = { parts: [{ body, itemCount: spanCount }], oversizedCount: 0 };
  const split = body.length <= requestBytesMax ? whole : codec.split(signal, body, requestBytesMax);
  return encoding === 'proto' ? split : writeJsonParts(signal, split, requestBytesMax, codec);
}

/** JSON is longer than protobuf, by how much depends on the data: a part that has grown too large is cut again. */
function writeJsonParts(
  signal: Signal,
  split: ReturnType<OutgoingCodec['split']>,
  bytesMax: number,
  codec: OutgoingCodec,
): ReturnType<OutgoingCodec['split']> {
  const parts: Part[] = [];
  let { oversizedCount } = split;
  for (const { body, itemCount } of split.parts) {
    const json = codec.toJson(signal, body);
    if (json.length <= bytesMax) {
      parts.push({ body: json, itemCount });
      continue;
    }
    const smaller = codec.split(signal, body, Math.floor(body.length / 2));
    if (smaller.parts.length === 0 || (smaller.parts.length === 1 && smaller.parts[0]?.body.length === body.length)) {
      oversizedCount += Math.max(1, itemCount);
      continue;
    }
    const written = writeJsonParts(signal, smaller, bytesMax, codec);
    parts.push(...written.parts);
    oversizedCount += written.oversizedCount;
  }
  return { parts, oversizedCount };
}
