import type { Attributes, AttributeValue } from '@opentelemetry/api';

/**
 * What attributes are written on, one by one: a span, or whatever collects them. An object in between would cost as much as
 * the span itself, once it has more fields than the engine keeps in order.
 */
export type AttributeSink = { readonly setAttribute: (name: string, value: AttributeValue) => unknown };

/** A sink that writes on an object. */
export const sinkOf = (onto: Attributes): AttributeSink => ({
  setAttribute: (name, value) => {
    onto[name] = value;
  },
});

/** Writes every field of an object. */
export const writeAll = (attributes: Attributes, onto: AttributeSink): void => {
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== undefined) onto.setAttribute(name, value);
  }
};
