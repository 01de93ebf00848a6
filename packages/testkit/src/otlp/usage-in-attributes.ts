/**
 * The disjoint usage that the attributes of a span tell in our words, by unit, as the processor reads it: the units where any is
 * stated, else on a call the token counts of the conventions, whose sums include their parts.
 */
export const usageInAttributes = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, number | string>> => {
  const stated = Object.entries(attributes).filter(([name]) => name.startsWith(UNIT));
  if (stated.length > 0) {
    return Object.fromEntries(stated.map(([name, value]) => [name.slice(UNIT.length), value as number | string]));
  }
  if (attributes['costspan.role'] !== 'call') return {};
  const count = (name: string): number => Number(attributes[`gen_ai.usage.${name}`] ?? 0);
  const cached = count('cache_read.input_tokens');
  const reasoning = count('reasoning.output_tokens');
  const counts = {
    input_text_tokens: count('input_tokens') - cached,
    input_cache_read_text_tokens: cached,
    output_text_tokens: count('output_tokens') - reasoning,
    output_reasoning_tokens: reasoning,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, tokens]) => tokens > 0));
};

const UNIT = 'costspan.usage.';
