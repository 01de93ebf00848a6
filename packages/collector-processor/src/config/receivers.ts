import { z } from 'zod';
import { connectionsMax, headerTimeoutMs, idleTimeoutMs, requestBytesMax, requestTimeoutMs } from '../limits.ts';
import type { Cors, OtlpHttpReceiverConfig, ServerTls } from './config.ts';
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

/** What the processor listens to. */
export const receiversSchema: z.ZodType<{ readonly otlpHttp?: OtlpHttpReceiverConfig }> = orDefaults(
  z.strictObject({
    otlp: orDefaults(
      z.strictObject({
        protocols: z
          .strictObject({ http: http.optional().describe('OTLP over HTTP, protobuf and JSON on one port.') })
          .prefault({ http: {} })
          .describe('Transports. A transport that is not named is off.'),
      }),
    ).describe('OpenTelemetry protocol.'),
  }),
)
  .describe('What the processor listens to.')
  .transform((given) => (given.otlp.protocols.http === undefined ? {} : { otlpHttp: given.otlp.protocols.http }));

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
