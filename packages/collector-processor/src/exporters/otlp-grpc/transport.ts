import { type ChannelCredentials, type ChannelOptions, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { OtlpGrpcExporterConfig } from '../../config/config.ts';
import type { Delivery } from '../../delivery.ts';
import { exportPaths } from '../../grpc-paths.ts';
import { destinationRetryAfterMs, responseBytesMax } from '../../limits.ts';
import type { AnswerCodec } from '../answer-codec.ts';
import type { ClientTlsOptions } from '../client-tls.ts';
import type { Transport } from '../create-otlp-exporter.ts';
import { interpretError } from './interpret.ts';

/** What a transport over gRPC works with. `name` is the destination's. */
export type GrpcTransportOptions = {
  readonly name: string;
  readonly config: Pick<OtlpGrpcExporterConfig, 'address' | 'secure' | 'compression' | 'headers' | 'timeoutMs'>;
  readonly tls: ClientTlsOptions;
  readonly codec: AnswerCodec;
};

/** OTLP over gRPC: one unary call per attempt, its bytes as they are. */
export function createGrpcTransport({ name, config, tls, codec }: GrpcTransportOptions): Transport {
  const client = new Client(config.address, credentialsOf(config.secure, tls), channelOptions(config.compression));
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(config.headers)) metadata.set(key, value);
  const readStatus = (body: Uint8Array): ReturnType<AnswerCodec['status']> => codec.status('protobuf', body);

  return {
    pack: async (body) => Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    attempt: (signal, packed, abort) =>
      new Promise<Delivery>((resolve) => {
        if (abort.aborted) return resolve(gone(name));
        const settle = (delivery: Delivery): void => {
          abort.removeEventListener('abort', onAbort);
          resolve(delivery);
        };
        const call = client.makeUnaryRequest(
          exportPaths[signal],
          (body: Uint8Array) => body as Buffer,
          (body: Buffer) => body,
          packed,
          metadata,
          { deadline: Date.now() + config.timeoutMs },
          (error: ServiceError | null, answer?: Buffer) => {
            if (error !== null) return settle(abort.aborted ? gone(name) : interpretError(error, name, readStatus));
            const partial = codec.exportResponse(signal, 'protobuf', answer ?? Buffer.alloc(0))?.partial;
            settle(partial === undefined ? { kind: 'accepted' } : { kind: 'accepted', partial });
          },
        );
        const onAbort = (): void => call.cancel();
        abort.addEventListener('abort', onAbort);
      }),
    close: () => client.close(),
  };
}

function gone(name: string): Delivery {
  return { kind: 'retryable', message: `${name}: no answer (aborted)`, retryAfterMs: destinationRetryAfterMs };
}

function credentialsOf(secure: boolean, { ca, key, cert, rejectUnauthorized }: ClientTlsOptions): ChannelCredentials {
  if (!secure) return credentials.createInsecure();
  return credentials.createSsl(ca ?? null, key ?? null, cert ?? null, { rejectUnauthorized: rejectUnauthorized !== false });
}

function channelOptions(compression: OtlpGrpcExporterConfig['compression']): ChannelOptions {
  return {
    'grpc.max_receive_message_length': responseBytesMax,
    'grpc.max_send_message_length': -1,
    // Repetition is ours: it follows OTLP, and it is counted.
    'grpc.enable_retries': 0,
    'grpc.default_compression_algorithm': compression === 'gzip' ? 2 : 0,
  };
}
