import type { Unit } from '@costspan/pricing';

/** What one upstream price key pays for: our units, and how many of them. */
export type PricedUnits = { readonly units: readonly Unit[]; readonly per: string };

const PER_TOKENS = '1000000';
const PER_THOUSAND = '1000';
const PER_HOUR = '3600';

/** Upstream price keys whose meaning does not depend on the model. */
const PLAIN: Readonly<Record<string, PricedUnits>> = {
  input_mtok: { units: ['input_text_tokens'], per: PER_TOKENS },
  input_audio_mtok: { units: ['input_audio_tokens'], per: PER_TOKENS },
  input_image_mtok: { units: ['input_image_tokens'], per: PER_TOKENS },
  input_video_mtok: { units: ['input_video_tokens'], per: PER_TOKENS },
  cache_read_mtok: { units: ['input_cache_read_text_tokens'], per: PER_TOKENS },
  cache_audio_read_mtok: { units: ['input_cache_read_audio_tokens'], per: PER_TOKENS },
  cache_image_read_mtok: { units: ['input_cache_read_image_tokens'], per: PER_TOKENS },
  cache_write_mtok: { units: ['input_cache_write_5m_tokens'], per: PER_TOKENS },
  cache_write_1h_mtok: { units: ['input_cache_write_1h_tokens'], per: PER_TOKENS },
  output_mtok: { units: ['output_text_tokens'], per: PER_TOKENS },
  output_reasoning_mtok: { units: ['output_reasoning_tokens'], per: PER_TOKENS },
  output_audio_mtok: { units: ['output_audio_tokens'], per: PER_TOKENS },
  output_image_mtok: { units: ['output_image_tokens'], per: PER_TOKENS },
  output_video_mtok: { units: ['output_video_tokens'], per: PER_TOKENS },
  // Units of ours that the registry does not know: custom units, priced like any other.
  output_citation_mtok: { units: ['output_citation_tokens'], per: PER_TOKENS },
  input_text_messages_kcount: { units: ['input_text_messages'], per: PER_THOUSAND },
  input_document_kpages: { units: ['document_pages'], per: PER_THOUSAND },
  input_annotated_document_kpages: { units: ['annotated_document_pages'], per: PER_THOUSAND },
  web_searches_kcount: { units: ['web_searches'], per: PER_THOUSAND },
  storage_searches_kcount: { units: ['file_searches'], per: PER_THOUSAND },
  requests_kcount: { units: ['requests'], per: PER_THOUSAND },
  audio_hours: { units: ['audio_seconds'], per: PER_HOUR },
};

/** The same audio under a second key. Read only together with `audio_hours`, and only when both say the same. */
export const REPEATED_KEYS: Readonly<Record<string, string>> = { input_audio_hours: 'audio_hours' };

/** Fees for tools, which a provider that bills another's models need not charge alike. */
export const TOOL_UNITS: ReadonlySet<Unit> = new Set(['web_searches', 'file_searches']);

/**
 * Units that a price of `key` covers on one model, or undefined when the key is unknown. A price upstream covers what it
 * contains unless a narrower price is listed; where that is how the provider bills, it becomes a row of its own, so that
 * it prices exactly instead of falling to its parent as an estimate:
 *
 * - reasoning is billed as output;
 * - Gemini bills text, images and video alike, cached or not; audio has its own price;
 * - where the lifetime of a cache makes no difference, one write price covers unknown lifetimes. For Claude it does.
 */
export function pricedUnits(provider: string, modelId: string, key: string, keys: ReadonlySet<string>): PricedUnits | undefined {
  const plain = Object.hasOwn(PLAIN, key) ? PLAIN[key] : undefined;
  if (plain === undefined) return undefined;
  const units: Unit[] = [...plain.units];
  if (key === 'output_mtok' && !keys.has('output_reasoning_mtok')) units.push('output_reasoning_tokens');
  if (key === 'cache_write_mtok' && !/claude/i.test(modelId)) units.push('input_cache_write_other_tokens');
  if (provider === 'google' && /gemini/i.test(modelId)) {
    if (key === 'input_mtok' && !keys.has('input_image_mtok')) units.push('input_image_tokens');
    if (key === 'input_mtok' && !keys.has('input_video_mtok')) units.push('input_video_tokens');
    if (key === 'cache_read_mtok' && !keys.has('cache_image_read_mtok')) units.push('input_cache_read_image_tokens');
  }
  return { units, per: plain.per };
}
