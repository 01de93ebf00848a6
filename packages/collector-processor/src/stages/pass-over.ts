import type { KeyShape, SpanView } from '../otlp/span-view.ts';
import { type Identifying, type Identity, saysSomething } from './identify-item.ts';
import type { SenderContext } from './meter.ts';
import type { Normalizing } from './normalize.ts';
import type { Candidates } from './signatures.ts';

/**
 * The tenant of a span that bears no cost and says nothing, as most spans do: a link is all there is to keep of it. undefined
 * where that is not known without reading the span.
 */
export type PassOver = (span: SpanView, sender: SenderContext) => string | undefined;

/** Builds the shortcut. What follows from group and shape is kept from span to span, as they mostly share them. */
export const createPassOver = ({ ofResource }: Identifying, { candidatesOf, isKnownFree }: Normalizing): PassOver => {
  let shape: KeyShape | undefined;
  let groupNumber = Number.NaN;
  let senderTenant: string | undefined;
  let candidates: Candidates | undefined;
  let tenant: string | undefined;
  return (span, sender) => {
    const { wire } = span;
    if (wire === undefined) return undefined;
    if (wire.shape !== shape || span.groupNumber !== groupNumber || sender.tenant !== senderTenant || candidates === undefined) {
      [shape, groupNumber, senderTenant] = [wire.shape, span.groupNumber, sender.tenant];
      candidates = candidatesOf(span);
      tenant = tenantOfSilent(ofResource(span, sender));
    }
    if (tenant === undefined || wire.hasEvents || !isKnownFree(candidates, span, wire)) return undefined;
    return tenant;
  };
};

const tenantOfSilent = (identity: Identity | undefined): string | undefined =>
  identity === undefined || saysSomething(identity) ? undefined : identity.tenant;
