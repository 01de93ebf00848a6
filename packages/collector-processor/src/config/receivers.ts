import { z } from 'zod';
import {
  connectionsMax,
  grpcIdleTimeoutMs,
  headerTimeoutMs,
  idleTimeoutMs,
  requestBytesMax,
  requestTimeoutMs,
  streamsMax,
} from '../limits.ts';
import type { Cors, OtlpGrpcReceiverConfig, OtlpHttpReceiverConfig, ServerTls } from './config.ts';
import { address, duration, numeric, optionalText, orDefaults, size, text, textList, textOr, word } from './fields.ts';

const tls: z.ZodType<ServerTls> = z
  .strictObject({
    cert_file: text('File of the certificate chain, PEM.'),
    key_file: text('File of the private key, PEM.'),
    client_ca_file: optionalText(
      'File of authorities, PEM. With it, only clients with a certificate signed by one of them may connect.',
    ),
    min_version: word(['1.2', '1.3'], '1.2', 'Oldest TLS version spoken.'),
  })
  .transform((given) => ({
    certFile: given.cert_file,
    keyFile: given.key_file,
    ...(given.client_ca_file === undefined ? {} : { clientCaFile: given.client_ca_file }),
    minVersion: given.min_version === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
  }));

const cors: z.ZodType<Cors> = z
  .strictObject({
    allowed_origins: textList(
      'Origins such as `https://app.example.com` that may send from a browser. One `*` stands for any text.',
    ),
    allowed_headers: textList('Request headers browsers may send beside the usual ones.'),
    max_age: numeric(7200, { min: 0, max: 86_400, whole: true }, 'Seconds a browser may remember the answer to its preflight.'),
  })
  .transform((given) => ({
    allowedOrigins: given.allowed_origins,
    allowedHeaders: given.allowed_headers,
    maxAgeSeconds: given.max_age,
  }));

const http: z.ZodType<OtlpHttpReceiverConfig> = z
  .strictObject({
    endpoint: address(
      '127.0.0.1:4318',
      'Address to listen on. Port 0 takes any free port. Without a change only this computer can send.',
    ),
    traces_url_path: urlPath('/v1/traces', 'Path that takes traces.'),
    logs_url_path: urlPath('/v1/logs', 'Path that takes logs.'),
    metrics_url_path: urlPath('/v1/metrics', 'Path that takes metrics.'),
    max_request_body_size: size(
      inMebibytes(requestBytesMax),
      { min: '1KiB', max: '256MiB' },
      'Largest request body, measured after decompression.',
    ),
    max_connections: numeric(
      connectionsMax,
      { min: 1, max: 1_000_000, whole: true },
      'Connections open at once. More are closed at once and counted.',
    ),
    read_header_timeout: duration(inSeconds(headerTimeoutMs), 'Time for the request line and headers to arrive.'),
    read_timeout: duration(inSeconds(requestTimeoutMs), 'Time for a whole request to arrive.'),
    idle_timeout: duration(inSeconds(idleTimeoutMs), 'Time a connection without a request stays open.'),
    tls: tls.optional().describe('Speaks HTTPS with this identity. The files are read again on SIGHUP.'),
    cors: cors.optional().describe('Lets browsers send. Off by default.'),
  })
  .transform(
    (given): OtlpHttpReceiverConfig => ({
      ...given.endpoint,
      paths: { traces: given.traces_url_path, logs: given.logs_url_path, metrics: given.metrics_url_path },
      requestBytesMax: given.max_request_body_size,
      connectionsMax: given.max_connections,
      headerTimeoutMs: given.read_header_timeout,
      requestTimeoutMs: given.read_timeout,
      idleTimeoutMs: given.idle_timeout,
      ...(given.tls === undefined ? {} : { tls: given.tls }),
      ...(given.cors === undefined ? {} : { cors: given.cors }),
    }),
  );

const grpc: z.ZodType<OtlpGrpcReceiverConfig> = z
  .strictObject({
    endpoint: address(
      '127.0.0.1:4317',
      'Address to listen on. Port 0 takes any free port. Without a change only this computer can send.',
    ),
    max_recv_msg_size: size(
      inMebibytes(requestBytesMax),
      { min: '1KiB', max: '256MiB' },
      'Largest request, measured after decompression.',
    ),
    max_connections: numeric(
      connectionsMax,
      { min: 1, max: 1_000_000, whole: true },
      'Connections open at once. More are closed at once and counted.',
    ),
    max_concurrent_streams: numeric(streamsMax, { min: 1, max: 100_000, whole: true }, 'Calls at once on one connection.'),
    keepalive: orDefaults(
      z.strictObject({
        max_connection_idle: duration(inSeconds(grpcIdleTimeoutMs), 'Time a connection without a call stays open.'),
        max_connection_age: duration(
          '0s',
          'Age at which a connection is asked to close, so that senders spread over new instances. `0s`: never.',
        ),
        max_connection_age_grace: duration('30s', 'Time calls under way on such a connection have left.'),
      }),
    ).describe('Life of connections.'),
    tls: tls.optional().describe('Speaks TLS with this identity. The files are read again on SIGHUP.'),
  })
  .transform(
    (given): OtlpGrpcReceiverConfig => ({
      ...given.endpoint,
      requestBytesMax: given.max_recv_msg_size,
      connectionsMax: given.max_connections,
      streamsMax: given.max_concurrent_streams,
      idleTimeoutMs: given.keepalive.max_connection_idle,
      connectionAgeMs: given.keepalive.max_connection_age,
      connectionGraceMs: given.keepalive.max_connection_age_grace,
      ...(given.tls === undefined ? {} : { tls: given.tls }),
    }),
  );

/** What the processor listens to. */
export const receiversSchema: z.ZodType<{
  readonly otlpHttp?: OtlpHttpReceiverConfig;
  readonly otlpGrpc?: OtlpGrpcReceiverConfig;
}> = orDefaults(
  z.strictObject({
    otlp: orDefaults(
      z.strictObject({
        protocols: z
          .strictObject({
            http: http.optional().describe('OTLP over HTTP, protobuf and JSON on one port.'),
            grpc: grpc.optional().describe('OTLP over gRPC.'),
          })
          .prefault({ http: {} })
          .describe('Transports. A transport that is not named is off.'),
      }),
    ).describe('OpenTelemetry protocol.'),
  }),
)
  .describe('What the processor listens to.')
  .transform(({ otlp: { protocols } }) => ({
    ...(protocols.http === undefined ? {} : { otlpHttp: protocols.http }),
    ...(protocols.grpc === undefined ? {} : { otlpGrpc: protocols.grpc }),
  }));

function urlPath(byDefault: string, description: string): z.ZodType<string> {
  return textOr(byDefault, description).refine((path) => /^\/[^\s?#]*$/.test(path), {
    error: 'expected a path such as "/v1/traces"',
  });
}

function inMebibytes(bytes: number): string {
  return `${bytes / 2 ** 20}MiB`;
}

function inSeconds(durationMs: number): string {
  return `${durationMs / 1_000}s`;
}
