import { encodeWithOracle } from '../../packages/collector-processor/test/otlp/proto.ts';
import { anyItem, createAgentSpan, createOrdinarySpan, createRandom, createResource } from '../codec-payload.ts';

/** Which spans of a request say something about cost. */
export type CostShare = 'all' | 'tenth';

/** A request that leaves with other traces and calls every time, because a ledger has little to do with spans it knows. */
export type Payload = {
  readonly body: Buffer;
  readonly spanCount: number;
  /** Gives every trace and every provider's call of the request a new identity. */
  readonly renew: (sequence: number) => void;
};

const spansPerTrace = 16;
const spansPerResource = 128;
const callMarker = 'chatcmpl-';

/** A request of `spanCount` spans in traces of 16, about 28 attributes and 1.5 KB a span. */
export function createPayload(spanCount: number, share: CostShare, seed: number): Payload {
  const random = createRandom(seed);
  const traceIds = Array.from({ length: Math.ceil(spanCount / spansPerTrace) }, (_, index) => idBytes(16, index + 1));
  // A trace is about one work item, as a turn of an agent is.
  const items = traceIds.map(() => anyItem(random));
  const spans = Array.from({ length: spanCount }, (_, index) => {
    const trace = Math.floor(index / spansPerTrace);
    const [traceId, item] = [traceIds[trace]!, items[trace]!];
    const place = index % spansPerTrace;
    const bearsCost = share === 'all' || index % 10 === 0;
    return {
      ...(bearsCost ? createAgentSpan(random, item) : createOrdinarySpan(random, item)),
      traceId: traceId.toString('base64'),
      spanId: idBytes(8, index + 1).toString('base64'),
      parentSpanId: place === 0 ? '' : idBytes(8, index - place + 1).toString('base64'),
    };
  });
  const resourceSpans = Array.from({ length: Math.ceil(spanCount / spansPerResource) }, (_, index) =>
    createResource(index, spans.slice(index * spansPerResource, (index + 1) * spansPerResource)),
  );
  const body = encodeWithOracle('ExportTraceServiceRequest', { resourceSpans });
  const tracePlaces = traceIds.flatMap((traceId) => placesOf(body, traceId));
  const callPlaces = placesOf(body, Buffer.from(callMarker)).map((place) => place + callMarker.length);
  return {
    body,
    spanCount,
    renew: (sequence) => {
      for (const place of tracePlaces) body.writeUInt32LE(sequence, place + 8);
      const digits = Buffer.from(sequence.toString(36).padStart(6, '0'));
      for (const place of callPlaces) digits.copy(body, place);
    },
  };
}

/** Bytes that stand nowhere else in a request: high ones, which no text and no length has. */
function idBytes(length: number, number: number): Buffer {
  const bytes = Buffer.alloc(length, 0xf7);
  bytes.writeUInt32BE(number, 0);
  bytes[0] = 0xfe;
  return bytes;
}

function placesOf(body: Buffer, wanted: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = body.indexOf(wanted); at >= 0; at = body.indexOf(wanted, at + wanted.length)) places.push(at);
  return places;
}
