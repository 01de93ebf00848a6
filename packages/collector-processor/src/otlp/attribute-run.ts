import type { NewAttribute } from './span-view.ts';
import { writeAttribute } from './write-attribute.ts';
import { createWriter, finishWriter } from './writer.ts';

/** Tag of `Span.attributes`. */
const spanAttributesTag = 0x4a;

/**
 * Attributes that many spans get together and in this order: encoded once, and copied from then on. A span must not be given
 * a key of a run a second time.
 */
export type AttributeRun = {
  readonly attributes: readonly NewAttribute[];
  /** The attributes as fields of a span. */
  readonly encoded: Uint8Array;
};

/** Encodes attributes that will be given to spans together. */
export function createAttributeRun(attributes: readonly NewAttribute[]): AttributeRun {
  const writer = createWriter(512);
  for (const [key, value] of attributes) writeAttribute(writer, spanAttributesTag, key, value);
  return { attributes, encoded: finishWriter(writer) };
}
