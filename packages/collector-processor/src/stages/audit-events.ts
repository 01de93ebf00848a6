import type { AuditEvent } from '@costspan/ledger';
import type { AttributeValue, SpanEvent, SpanView } from '../otlp/span-view.ts';
import { auditAttributesMax, auditEventsMax, NAME_CHARACTERS_MAX } from './limits.ts';

/** Events of Costspan's own on a span, such as decisions of budgets; undefined where there are none, as on nearly every span. */
export const auditEventsOf = (span: SpanView): readonly AuditEvent[] | undefined => {
  const events = span.eventsNamed('costspan.');
  return events.length === 0 ? undefined : events.slice(0, auditEventsMax).map(auditEvent);
};

const auditEvent = ({ name, timeUnixNs, attributes }: SpanEvent): AuditEvent => ({
  name: name.slice(0, NAME_CHARACTERS_MAX),
  atNs: timeUnixNs,
  attributes: Object.fromEntries(
    [...attributes]
      .filter(([key, value]) => key.startsWith('costspan.') && isScalar(value))
      .slice(0, auditAttributesMax)
      .map(([key, value]) => [key.slice(0, NAME_CHARACTERS_MAX), String(value).slice(0, NAME_CHARACTERS_MAX)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  ),
});

const isScalar = (value: AttributeValue): boolean => typeof value !== 'object';
