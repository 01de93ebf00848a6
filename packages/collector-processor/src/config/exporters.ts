import { z } from 'zod';
import { destinationConnectionsMax, outgoingRequestBytesMax, queueBytesMax, queueConsumers } from '../limits.ts';
import type {
  ClientTls,
  ExporterConfig,
  FileExporterConfig,
  OtlpGrpcExporterConfig,
  OtlpHttpExporterConfig,
  RetryConfig,
} from './config.ts';
import { duration, flag, numeric, optionalFlag, optionalText, orDefaults, parseAddress, size, text, word } from './fields.ts';

const queue: z.ZodType<{ readonly bytesMax: number; readonly consumers: number }> = orDefaults(
  z.strictObject({
    queue_size: size(
      `${queueBytesMax / 2 ** 20}MiB`,
      { min: '64KiB', max: '64GiB' },
      'Bytes that may wait. Requests that do not fit are dropped and counted.',
    ),
    num_consumers: numeric(
      queueConsumers,
      { min: 1, max: destinationConnectionsMax, whole: true },
      'Requests under way at once.',
    ),
  }),
)
  .describe(
    'Requests waiting for this destination, in memory. A required destination needs none: the sender keeps its request until it is answered.',
  )
  .transform((given) => ({ bytesMax: given.queue_size, consumers: given.num_consumers }));

const retry: z.ZodType<RetryConfig> = orDefaults(
  z.strictObject({
    enabled: flag(true, 'Whether a failed request is tried again.'),
    initial_interval: duration('5s', 'Wait before the second attempt.'),
    multiplier: numeric(1.5, { min: 1, max: 10, whole: false }, 'Growth of the wait from attempt to attempt.'),
    randomization_factor: numeric(0.5, { min: 0, max: 1, whole: false }, 'Share of the wait that chance adds or takes.'),
    max_interval: duration('30s', 'Longest wait.'),
    max_elapsed_time: duration('5m', 'Time after which the request is dropped and counted. `0s`: never.'),
  }),
)
  .describe('Repetition of what may succeed later: HTTP 429, 502, 503, 504, the retryable codes of gRPC, and failed connections.')
  .transform((given) => ({
    enabled: given.enabled,
    initialIntervalMs: given.initial_interval,
    multiplier: given.multiplier,
    randomizationFactor: given.randomization_factor,
    intervalMsMax: given.max_interval,
    elapsedMsMax: given.max_elapsed_time,
  }));

const tls: z.ZodType<ClientTls> = z
  .strictObject({
    ca_file: optionalText('File of authorities to trust instead of the system’s, PEM.'),
    cert_file: optionalText('File of the client certificate, PEM.'),
    key_file: optionalText('File of its private key, PEM.'),
    insecure_skip_verify: flag(false, 'Takes any certificate. For tests only.'),
  })
  .transform((given) => ({
    ...(given.ca_file === undefined ? {} : { caFile: given.ca_file }),
    ...(given.cert_file === undefined ? {} : { certFile: given.cert_file }),
    ...(given.key_file === undefined ? {} : { keyFile: given.key_file }),
    insecureSkipVerify: given.insecure_skip_verify,
  }));

const required: z.ZodType<boolean | undefined> = optionalFlag(
  'Whether senders are answered only after this destination has the data. Default: the first destination of traces.',
);

const headers: z.ZodType<Readonly<Record<string, string>>> = orDefaults(
  z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string({ error: 'expected text' }), {
    error: 'expected a map of header names and texts',
  }),
).describe(`Headers of every request, such as \`authorization\`. Never logged. Use \`\${env:NAME}\` for secrets.`);

const requestSize: z.ZodType<number> = size(
  `${outgoingRequestBytesMax / 2 ** 20}MiB`,
  { min: '1KiB', max: '256MiB' },
  'Largest request sent, before compression. Larger ones are split.',
);

const otlpHttp: z.ZodType<OtlpHttpExporterConfig> = z
  .strictObject({
    endpoint: url(
      'Base address such as `https://otlp.example.com:4318`; `/v1/traces`, `/v1/logs` and `/v1/metrics` are added to it.',
    ).optional(),
    traces_endpoint: url('Full address for traces.').optional(),
    logs_endpoint: url('Full address for logs, records included.').optional(),
    metrics_endpoint: url('Full address for metrics.').optional(),
    encoding: word(['proto', 'json'], 'proto', 'How requests are written.'),
    compression: word(
      ['gzip', 'zstd', 'none'],
      'gzip',
      'How requests are compressed. `zstd` is several times faster where the receiver takes it.',
    ),
    headers,
    timeout: duration('30s', 'Time for one attempt.'),
    max_request_size: requestSize,
    retry_on_failure: retry,
    sending_queue: queue,
    tls: tls.optional().describe('For `https` addresses with their own authorities or client certificates.'),
    required,
  })
  .refine((given) => given.endpoint !== undefined || (given.traces_endpoint && given.logs_endpoint && given.metrics_endpoint), {
    error: 'expected `endpoint`',
  })
  .transform((given): OtlpHttpExporterConfig => {
    const base = (given.endpoint ?? '').replace(/\/+$/, '');
    return {
      type: 'otlp_http',
      urls: {
        traces: given.traces_endpoint ?? `${base}/v1/traces`,
        logs: given.logs_endpoint ?? `${base}/v1/logs`,
        metrics: given.metrics_endpoint ?? `${base}/v1/metrics`,
      },
      encoding: given.encoding,
      compression: given.compression,
      headers: given.headers,
      timeoutMs: given.timeout,
      requestBytesMax: given.max_request_size,
      retry: given.retry_on_failure,
      queue: given.sending_queue,
      ...(given.tls === undefined ? {} : { tls: given.tls }),
      ...(given.required === undefined ? {} : { required: given.required }),
    };
  });

const otlpGrpc: z.ZodType<OtlpGrpcExporterConfig> = z
  .strictObject({
    endpoint: text('Address `host:port`, or `http://host:port` for one without TLS.').refine(
      (given) => grpcAddress(given) !== undefined,
      {
        error: 'expected an address such as "otlp.example.com:4317"; put secrets into `headers`',
      },
    ),
    compression: word(['gzip', 'none'], 'gzip', 'How requests are compressed.'),
    headers,
    timeout: duration('5s', 'Time for one attempt.'),
    max_request_size: requestSize,
    retry_on_failure: retry,
    sending_queue: queue,
    tls: tls.optional().describe('For addresses with their own authorities or client certificates.'),
    required,
  })
  .transform((given): OtlpGrpcExporterConfig => {
    const { address, secure } = grpcAddress(given.endpoint) ?? { address: '', secure: true };
    return {
      type: 'otlp_grpc',
      address,
      secure,
      compression: given.compression,
      headers: given.headers,
      timeoutMs: given.timeout,
      requestBytesMax: given.max_request_size,
      retry: given.retry_on_failure,
      queue: given.sending_queue,
      ...(given.tls === undefined ? {} : { tls: given.tls }),
      ...(given.required === undefined ? {} : { required: given.required }),
    };
  });

const file: z.ZodType<FileExporterConfig> = z
  .strictObject({
    path: text('File to append to. Readable by its owner only.'),
    rotation: orDefaults(
      z.strictObject({
        max_megabytes: numeric(
          100,
          { min: 1, max: 1_000_000, whole: true },
          'Size at which a new file is started, in mebibytes.',
        ),
        max_backups: numeric(
          10,
          { min: 0, max: 10_000, whole: true },
          'Older files kept as `<path>.1` (newest), `<path>.2` and so on.',
        ),
      }),
    ).describe('When a new file is started.'),
    fsync: flag(false, 'Whether the disk confirms every write before a sender is answered.'),
    sending_queue: queue,
    required,
  })
  .transform((given) => ({
    type: 'file',
    path: given.path,
    fileBytesMax: given.rotation.max_megabytes * 2 ** 20,
    backupsMax: given.rotation.max_backups,
    fsync: given.fsync,
    queue: given.sending_queue,
    ...(given.required === undefined ? {} : { required: given.required }),
  }));

const schemas: Readonly<Record<string, z.ZodType<ExporterConfig>>> = {
  otlp_http: otlpHttp,
  otlphttp: otlpHttp,
  otlp_grpc: otlpGrpc,
  otlp: otlpGrpc,
  file,
};

/** Names of exporter types, as they stand before the `/` of an exporter's name. */
export const exporterTypes: readonly string[] = Object.keys(schemas);

/** Destinations by name. The text before `/` is the type. */
export const exportersSchema: z.ZodType<Readonly<Record<string, ExporterConfig>>> = z
  .record(z.string(), z.unknown(), { error: 'expected a map of exporters' })
  .transform((given, context) => {
    const exporters: Record<string, ExporterConfig> = {};
    for (const [name, value] of Object.entries(given)) {
      const schema = schemas[name.split('/', 1)[0] ?? ''];
      if (schema === undefined) {
        context.issues.push({ code: 'unrecognized_keys', keys: [name], input: given });
        continue;
      }
      const parsed = schema.safeParse(value);
      if (parsed.success) exporters[name] = parsed.data;
      else
        for (const issue of parsed.error.issues)
          context.issues.push({ ...issue, path: [name, ...issue.path], input: value } as never);
    }
    return exporters;
  })
  .prefault({})
  .meta({
    description: 'Destinations by name. A name is a type (`otlp_http`, `otlp_grpc`, `file`), or a type, `/` and any text.',
    additionalProperties: false,
    patternProperties: Object.fromEntries(
      [['otlp_?http', otlpHttp] as const, ['otlp(_grpc)?', otlpGrpc] as const, ['file', file] as const].map(([type, schema]) => [
        `^${type}(/.+)?$`,
        z.toJSONSchema(schema, { io: 'input' }),
      ]),
    ),
  });

function url(description: string): z.ZodType<string> {
  return text(description).refine(isPlainUrl, {
    error: 'expected an http or https address without user, query or fragment; put secrets into `headers`',
  });
}

function isPlainUrl(given: string): boolean {
  const parsed = URL.parse(given);
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return false;
  return parsed.username === '' && parsed.password === '' && parsed.search === '' && parsed.hash === '';
}

/** `host:port` and whether TLS is spoken, from an endpoint with or without scheme. */
function grpcAddress(endpoint: string): { readonly address: string; readonly secure: boolean } | undefined {
  const match = /^(?:(https?):\/\/)?([^/]+?)\/?$/.exec(endpoint);
  const address = match?.[2];
  if (address === undefined || address.includes('@') || parseAddress(address) === undefined) return undefined;
  return { address, secure: match?.[1] !== 'http' };
}
