import type { Config } from '../config/config.ts';
import type { OtlpHttpReceiverOptions, Page } from './otlp-http/options.ts';
import { startOtlpHttpReceiver } from './otlp-http/receiver.ts';
import type { Receiver } from './receiver.ts';

/** The receivers of a configuration, listening. */
export type Receivers = { readonly http?: Receiver; readonly grpc?: Receiver };

/** Starts every receiver of a configuration. Rejects, with none of them listening, when one cannot. */
export async function startReceivers(
  config: Pick<Config, 'otlpHttp' | 'otlpGrpc'>,
  common: Omit<OtlpHttpReceiverOptions, 'config' | 'pages'>,
  pages: Readonly<Record<string, Page>>,
): Promise<Receivers> {
  const http =
    config.otlpHttp === undefined ? undefined : await startOtlpHttpReceiver({ ...common, config: config.otlpHttp, pages });
  if (config.otlpGrpc === undefined) return { ...(http && { http }) };
  try {
    // Loaded when it is needed: most configurations do without, and it takes its time.
    const { startOtlpGrpcReceiver } = await import('./otlp-grpc/receiver.ts');
    const grpc = await startOtlpGrpcReceiver({ ...common, config: config.otlpGrpc });
    return { ...(http && { http }), grpc };
  } catch (error) {
    await http?.stop(0);
    throw error;
  }
}
