import { z } from 'zod';
import { destinationConnectionsMax, outgoingRequestBytesMax, queueBytesMax, queueConsumers } from '../limits.ts';
import type { ClientTls, RetryConfig } from './config.ts';
import { duration, flag, numeric, optionalFlag, optionalText, orDefaults, size } from './fields.ts';

/** Requests waiting for a destination. */
export const queue: z.ZodType<{ readonly bytesMax: number; readonly consumers: number }> = orDefaults(
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

/** When a destination is tried again. */
export const retry: z.ZodType<RetryConfig> = orDefaults(
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

/** TLS of a destination. */
export const tls: z.ZodType<ClientTls> = z
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

/** Whether senders wait for a destination. */
export const required: z.ZodType<boolean | undefined> = optionalFlag(
  'Whether senders are answered only after this destination has the data. Default: the first destination of traces.',
);

/** Headers of every request to a destination. */
export const headers: z.ZodType<Readonly<Record<string, string>>> = orDefaults(
  z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string({ error: 'expected text' }), {
    error: 'expected a map of header names and texts',
  }),
).describe(`Headers of every request, such as \`authorization\`. Never logged. Use \`\${env:NAME}\` for secrets.`);

/** Largest request a destination gets. */
export const requestSize: z.ZodType<number> = size(
  `${outgoingRequestBytesMax / 2 ** 20}MiB`,
  { min: '1KiB', max: '256MiB' },
  'Largest request sent, before compression. Larger ones are split.',
);
