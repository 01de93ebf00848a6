import { type Context, diag, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { guard } from '../faults.ts';
import { baggageCharactersMax } from '../limits.ts';
import { attributesOf } from '../spans/model-span.ts';
import { decodeItem, encodeItem } from './carrier.ts';
import { withWorkItem, workItemOf } from './work-item-context.ts';

/**
 * `inner` with the work item in the baggage of requests to `hosts`, and of no other. The host is read from the span that the
 * HTTP instrumentation has started for the request; where it names none, nothing is sent.
 */
export const createBaggagePropagator = (inner: TextMapPropagator, hosts: readonly string[]): TextMapPropagator => ({
  inject: (context, carrier, setter) => {
    const sent = guard('writing baggage', () => withItemInBaggage(context, hosts), context);
    inner.inject(sent, carrier, setter);
  },
  extract: (context, carrier, getter) => {
    const extracted = inner.extract(context, carrier, getter);
    return guard('reading baggage', () => withItemOfBaggage(extracted), extracted);
  },
  fields: () => inner.fields(),
});

const ENTRY = 'costspan.work_item';

const withItemInBaggage = (context: Context, hosts: readonly string[]): Context => {
  const item = workItemOf(context);
  const host = hostOf(context);
  if (item === undefined || host === undefined || !hosts.includes(host)) return withoutItem(context);
  const value = encodeItem(item);
  if (value.length > baggageCharactersMax) {
    diag.error(
      `costspan: baggage: the work item takes ${value.length} characters, more than ${baggageCharactersMax}; give it fewer dimensions`,
    );
    return withoutItem(context);
  }
  return propagation.setBaggage(
    context,
    (propagation.getBaggage(context) ?? propagation.createBaggage()).setEntry(ENTRY, { value }),
  );
};

// What came in with a request must not leave with the next one, to whatever host that goes.
const withoutItem = (context: Context): Context => {
  const baggage = propagation.getBaggage(context);
  return baggage?.getEntry(ENTRY) === undefined ? context : propagation.setBaggage(context, baggage.removeEntry(ENTRY));
};

const withItemOfBaggage = (context: Context): Context => {
  const text = propagation.getBaggage(context)?.getEntry(ENTRY)?.value;
  if (text === undefined || text.length > baggageCharactersMax) return context;
  const item = decodeItem(text, 'baggage');
  return item === undefined ? context : withWorkItem(context, item);
};

/** Where the request of the active span goes, in the words of instrumentations of HTTP, current and earlier. */
const hostOf = (context: Context): string | undefined => {
  const span = trace.getSpan(context);
  if (span === undefined) return undefined;
  const attributes = attributesOf(span);
  const host = attributes['server.address'] ?? attributes['net.peer.name'];
  return typeof host === 'string' ? host.toLowerCase() : undefined;
};
