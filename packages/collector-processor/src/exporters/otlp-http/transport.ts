import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';
import type { Clock } from '../../clock.ts';
import type { OtlpHttpExporterConfig } from '../../config/config.ts';
import { packedChunkBytes } from '../../limits.ts';
import type { AnswerCodec } from '../answer-codec.ts';
import type { ClientTlsOptions } from '../client-tls.ts';
import type { Transport } from '../create-otlp-exporter.ts';
import { interpret } from './interpret.ts';
import { createPost } from './post.ts';

const compressors: Readonly<Record<OtlpHttpExporterConfig['compression'], (body: Uint8Array) => Promise<Uint8Array>>> = {
  // Level 1 of both: level 6 of gzip costs twice the time for a few percent.
  gzip: (body) => promisify(gzip)(body, { level: 1, chunkSize: packedChunkBytes }),
  zstd: (body) =>
    promisify(zstdCompress)(body, { chunkSize: packedChunkBytes, params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  none: async (body) => body,
};

/** What a transport over HTTP works with. `name` is the destination's. */
export type HttpTransportOptions = {
  readonly name: string;
  readonly config: Pick<OtlpHttpExporterConfig, 'urls' | 'encoding' | 'compression' | 'headers' | 'timeoutMs'>;
  readonly tls: ClientTlsOptions;
  readonly codec: AnswerCodec;
  readonly clock: Pick<Clock, 'nowMs'>;
};

/** OTLP over HTTP: one POST per attempt, over kept-alive connections. */
export function createHttpTransport({ name, config, tls, codec, clock }: HttpTransportOptions): Transport {
  const { post, close } = createPost(config.timeoutMs, tls);
  const headers = {
    ...config.headers,
    'content-type': config.encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    ...(config.compression === 'none' ? {} : { 'content-encoding': config.compression }),
  };
  return {
    pack: compressors[config.compression],
    attempt: async (signal, packed, abort) =>
      interpret(await post(config.urls[signal], headers, packed, abort), signal, name, codec, clock.nowMs()),
    close,
  };
}
