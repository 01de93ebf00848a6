import { fieldOf, textOf } from '../fetch/apis/kept.ts';
import { createJsonPruner } from '../fetch/body/json-pruner.ts';
import { requestBodyBytesMax } from '../limits.ts';

/** What a request says that decides how dear it can get. No word of its prompt is kept. */
export type RequestFeatures = {
  /** Bytes of the body: never fewer than tokens of its text. Undefined: nobody can tell before it is sent. */
  readonly bytes?: number;
  /** How many answers were asked for. */
  readonly answers: number;
  /** Whether pictures, sound or files are in it, whose tokens are not counted by bytes. */
  readonly hasMedia: boolean;
  /** Whether it sends or asks for sound. */
  readonly hasAudio: boolean;
  /** Whether it refers to more than it contains: earlier answers, files, stored prompts. */
  readonly isOpenEnded: boolean;
  /** Whether the provider may run tools of its own, in any number. */
  readonly runsTools: boolean;
  /** Longest life of what it asks to keep in the prompt cache. */
  readonly cacheWrite: 'none' | '5m' | '1h';
  /** Region asked for. */
  readonly region?: string;
};

/** Reads the features of a request body as a client hands it to `fetch`. */
export const featuresOf = (body: unknown): RequestFeatures => {
  const text = textOfBody(body);
  if (text === undefined) return UNREADABLE;
  const bytes = typeof text === 'string' ? Buffer.byteLength(text) : text.length;
  const pruner = createJsonPruner(FIELDS);
  pruner.feed(typeof text === 'string' ? Buffer.from(text) : text);
  const kept = pruner.take();
  const has = (pattern: string): boolean => text.includes(pattern);
  const region = textOf(kept, 'inference_geo');
  return {
    bytes,
    answers: Math.max(
      1,
      ...ANSWERS.map((field) => countOf(fieldOf(kept, field))),
      countOf(fieldOf(fieldOf(kept, 'generationConfig'), 'candidateCount')),
    ),
    hasMedia: MEDIA.some(has),
    hasAudio: AUDIO.some(has),
    isOpenEnded: REFERRING.some((field) => (fieldOf(kept, field) ?? undefined) !== undefined) || REFERENCES.some(has),
    runsTools:
      RUNNING.some((field) => isUsed(fieldOf(kept, field))) ||
      toolsOf(fieldOf(kept, 'tools')).some(isRunByProvider) ||
      RUN_BY_PROVIDER.some(has),
    cacheWrite: has('"cache_control"') ? (has('"1h"') ? '1h' : '5m') : 'none',
    ...(region !== undefined && { region }),
  };
};

const UNREADABLE: RequestFeatures = {
  answers: 1,
  hasMedia: true,
  hasAudio: true,
  isOpenEnded: true,
  runsTools: false,
  cacheWrite: '1h',
};

// Top-level fields that bring in what the body does not contain.
const REFERRING = ['previous_response_id', 'conversation', 'container', 'prediction', 'cachedContent'] as const;
const ANSWERS = ['n', 'best_of'] as const;
const RUNNING = ['web_search_options', 'mcp_servers'] as const;

const FIELDS = {
  n: true,
  best_of: true,
  inference_geo: true,
  previous_response_id: true,
  cachedContent: true,
  generationConfig: { candidateCount: true },
  conversation: { id: true },
  container: { id: true },
  prediction: { type: true },
  web_search_options: {},
  mcp_servers: { '*': {} },
  tools: { '*': { type: true } },
} as const;

// Inside of a text the quotes would be escaped, so these bytes are a field or a value of one.
const MEDIA = [
  '"image_url"',
  '"input_image"',
  '"image"',
  '"document"',
  '"input_file"',
  '"file"',
  '"input_audio"',
  '"video_url"',
  '"video"',
  '"inlineData"',
  '"inline_data"',
  '"fileData"',
  '"file_data"',
];
const AUDIO = ['"input_audio"', '"modalities"', '"inlineData"', '"inline_data"', '"fileData"', '"file_data"'];
const REFERENCES = ['"file_id"', '"file_url"', '"item_reference"', '"prompt":{', '"fileData"', '"file_data"'];
const RUN_BY_PROVIDER = [
  '"googleSearch"',
  '"google_search"',
  '"codeExecution"',
  '"code_execution"',
  '"urlContext"',
  '"googleMaps"',
];

const countOf = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) ? value : 0);

const isUsed = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null;

const toolsOf = (tools: unknown): readonly unknown[] => (Array.isArray(tools) ? tools : []);

// Tools the application runs itself: their results come back as another call, which is bounded for itself. Tools of
// Anthropic that only have a date in their type, such as bash_20250124, are run by the application too.
const isRunByProvider = (tool: unknown): boolean => {
  const type = textOf(tool, 'type');
  if (type === undefined || type === 'function' || type === 'custom') return false;
  return !/^(bash|text_editor|computer|memory)_\d+$/.test(type);
};

const textOfBody = (body: unknown): string | Buffer | undefined => {
  if (typeof body === 'string') return body.length > requestBodyBytesMax ? undefined : body;
  if (!(body instanceof Uint8Array) || body.length > requestBodyBytesMax) return undefined;
  return Buffer.from(body.buffer, body.byteOffset, body.length);
};
