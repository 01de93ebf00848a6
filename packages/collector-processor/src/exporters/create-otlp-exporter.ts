import type { Clock } from '../clock.ts';
import type { RetryConfig } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import type { Signal } from '../otlp/codec.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { Exporter, Outgoing, Patience } from './exporter.ts';
import { mergeDeliveries } from './merge-deliveries.ts';
import { withRetry } from './retry.ts';

/** A part of a request and the items in it. */
export type Part = { readonly body: Uint8Array; readonly itemCount: number };

/** A request in parts; items that alone are larger than a part may be are left out. */
export type Split = { readonly parts: readonly Part[]; readonly oversizedCount: number };

/** Rewrites requests for a destination. */
export type OutgoingCodec = {
  /** Cuts a protobuf request into parts of at most `bytesMax`. */
  readonly split: (signal: Signal, body: Uint8Array, bytesMax: number) => Split;
  readonly toJson: (signal: Signal, body: Uint8Array) => Uint8Array;
};

/** How one part reaches a destination. */
export type Transport = {
  /** Done once per part, before its first attempt. */
  readonly pack: (body: Uint8Array) => Promise<Uint8Array>;
  /** One attempt. Never rejects. */
  readonly attempt: (signal: Signal, packed: Uint8Array, abort: AbortSignal) => Promise<Delivery>;
  readonly close: () => void;
};

/** What every exporter of OTLP works with. */
export type OtlpExporterOptions = {
  readonly name: string;
  readonly config: {
    readonly encoding: 'proto' | 'json';
    readonly requestBytesMax: number;
    readonly retry: RetryConfig;
  };
  readonly transport: Transport;
  readonly codec: OutgoingCodec;
  readonly metrics: Pick<SelfMetrics, 'retried'>;
  readonly clock: Clock;
  readonly random: () => number;
};

/** Sends requests over a transport: split by size, repeated as the OTLP specification says. */
export function createOtlpExporter(options: OtlpExporterOptions): Exporter {
  const { name, config, transport, codec, clock, random } = options;

  const sendPart = async (signal: Signal, part: Part, patience: Patience): Promise<Delivery> => {
    const packed = await transport.pack(part.body);
    const attempt = (): Promise<Delivery> => transport.attempt(signal, packed, patience.abort);
    const onRetry = (): void => options.metrics.retried(name);
    return withRetry(attempt, { config: config.retry, patience, clock, random, onRetry });
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
    close: async () => transport.close(),
  };
}

/** The request in the destination's encoding, in parts within its size. */
function writeParts(
  { signal, body, itemCount }: Outgoing,
  { encoding, requestBytesMax }: OtlpExporterOptions['config'],
  codec: OutgoingCodec,
): Split {
  const whole = { parts: [{ body, itemCount }], oversizedCount: 0 };
  const split = body.length <= requestBytesMax ? whole : codec.split(signal, body, requestBytesMax);
  return encoding === 'proto' ? split : writeJsonParts(signal, split, requestBytesMax, codec);
}

/** JSON is longer than protobuf, by how much depends on the data: a part that has grown too large is cut again. */
function writeJsonParts(signal: Signal, split: Split, bytesMax: number, codec: OutgoingCodec): Split {
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
