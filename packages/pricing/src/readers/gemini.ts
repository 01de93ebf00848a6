import type { Unit, Usage } from '../usage.ts';
import { readUsageObject, valueAt } from './read-usage-object.ts';
import { sumUsage } from './sum-usage.ts';
import type { UsageFields } from './usage-fields.ts';
import type { ReadUsage } from './usage-reading.ts';

/**
 * Reads `usageMetadata` of Gemini on the Gemini API and Vertex AI. Cached content is inside the prompt; thoughts and
 * tool-use prompts come on top. Counts of zero are left out by the protocol, so only the prompt is required.
 */
export const readGemini: ReadUsage = (raw) =>
  readUsageObject(raw, ['promptTokenCount'], (fields) => {
    const serviceTier = tierOf(fields);
    return [
      {
        usage: sumUsage('input_text_tokens', promptUsage(raw, fields), toolUsage(raw, fields), outputUsage(raw, fields)),
        ...(serviceTier !== undefined && { serviceTier }),
      },
    ];
  });

type Modality = 'text' | 'audio' | 'image' | 'video';
const INPUT: Readonly<Record<Modality, Unit>> = {
  text: 'input_text_tokens',
  audio: 'input_audio_tokens',
  image: 'input_image_tokens',
  video: 'input_video_tokens',
};
// Google has one price for cached text, images and video; there is no unit for cached video.
const CACHED: Readonly<Record<Modality, Unit>> = {
  text: 'input_cache_read_text_tokens',
  audio: 'input_cache_read_audio_tokens',
  image: 'input_cache_read_image_tokens',
  video: 'input_cache_read_text_tokens',
};
const OUTPUT: Readonly<Record<Modality, Unit>> = {
  text: 'output_text_tokens',
  audio: 'output_audio_tokens',
  image: 'output_image_tokens',
  video: 'output_video_tokens',
};
const MODALITIES = ['audio', 'image', 'video'] as const;

const promptUsage = (raw: unknown, fields: UsageFields): Usage => {
  const prompt = byModality(raw, fields, 'promptTokensDetails', 'promptTokenCount');
  const cached = byModality(raw, fields, 'cacheTokensDetails', 'cachedContentTokenCount');
  const usage: Record<string, number> = {};
  for (const modality of ['text', ...MODALITIES] as const) {
    if (cached[modality] > prompt[modality]) {
      fields.reject(
        `cachedContentTokenCount (${modality}): expected at most the prompt's ${prompt[modality]}, found ${cached[modality]}`,
      );
    }
    add(usage, INPUT[modality], prompt[modality] - cached[modality]);
    add(usage, CACHED[modality], cached[modality]);
  }
  return usage;
};

const toolUsage = (raw: unknown, fields: UsageFields): Usage =>
  unitsOf(byModality(raw, fields, 'toolUsePromptTokensDetails', 'toolUsePromptTokenCount'), INPUT);

const outputUsage = (raw: unknown, fields: UsageFields): Usage =>
  sumUsage(
    'output_text_tokens',
    unitsOf(byModality(raw, fields, 'candidatesTokensDetails', 'candidatesTokenCount'), OUTPUT),
    fields.counts([['thoughtsTokenCount', 'output_reasoning_tokens']]),
  );

/** Tokens by modality. What the details do not name is text; documents are billed as text. */
const byModality = (raw: unknown, fields: UsageFields, list: string, total: string): Record<Modality, number> => {
  const all = fields.count(total) ?? 0;
  const counts: Record<Modality, number> = { text: all, audio: 0, image: 0, video: 0 };
  const details = valueAt(raw, list);
  for (const detail of Array.isArray(details) ? details : []) {
    const modality = String(valueAt(detail, 'modality')).toLowerCase();
    const tokens = valueAt(detail, 'tokenCount') ?? 0;
    if (typeof tokens !== 'number' || !Number.isSafeInteger(tokens) || tokens < 0) {
      fields.reject(`${list}: expected whole counts, found another value`);
    } else if (modality === 'audio' || modality === 'image' || modality === 'video') {
      counts[modality] += tokens;
      counts.text -= tokens;
    }
  }
  if (counts.text < 0) fields.reject(`${list}: expected at most ${total} (${all}), found ${all - counts.text}`);
  return counts;
};

const unitsOf = (counts: Readonly<Record<Modality, number>>, units: Readonly<Record<Modality, Unit>>): Usage => {
  const usage: Record<string, number> = {};
  for (const modality of ['text', ...MODALITIES] as const) add(usage, units[modality], counts[modality]);
  return usage;
};

const add = (usage: Record<string, number>, unit: Unit, count: number): void => {
  if (count > 0) usage[unit] = (usage[unit] ?? 0) + count;
};

/** Tier that served the request, in lower case: `flex`, `priority`, `provisioned_throughput`. */
const tierOf = (fields: UsageFields): string | undefined => {
  const served = (fields.text('serviceTier') ?? fields.text('trafficType') ?? '').toLowerCase().replace(/^on_demand_?/, '');
  return served === '' || served === 'standard' || served.endsWith('unspecified') ? undefined : served;
};
