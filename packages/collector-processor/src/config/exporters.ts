import { z } from 'zod';
import type { ExporterConfig, FileExporterConfig, OtlpGrpcExporterConfig, OtlpHttpExporterConfig } from './config.ts';
import { headers, queue, requestSize, required, retry, tls } from './exporter-parts.ts';
import { duration, flag, numeric, orDefaults, parseAddress, text, word } from './fields.ts';

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
