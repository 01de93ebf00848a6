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
  const told = wordsIn(typeof text === 'string' ? text : text.toString('latin1'));
  const region = textOf(kept, 'inference_geo');
  const asked = [...ANSWERS.map((field) => fieldOf(kept, field)), fieldOf(fieldOf(kept, 'generationConfig'), 'candidateCount')];
  return {
    bytes,
    answers: Math.max(1, ...asked.map(countOf)),
    hasMedia: told.has('media'),
    hasAudio: told.has('audio'),
    isOpenEnded: told.has('reference') || REFERRING.some((field) => (fieldOf(kept, field) ?? undefined) !== undefined),
    runsTools:
      told.has('tool') ||
      RUNNING.some((field) => isUsed(fieldOf(kept, field))) ||
      listOf(fieldOf(kept, 'tools')).some(isRunByProvider),
    cacheWrite: told.has('cache') ? (told.has('hour') ? '1h' : '5m') : 'none',
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
  conversation: true,
  container: true,
  prediction: { type: true },
  web_search_options: {},
  mcp_servers: { '*': {} },
  tools: { '*': { type: true } },
} as const;

type Tells = 'media' | 'audio' | 'reference' | 'tool' | 'cache' | 'hour';

/** What a name or a value in a request tells. Inside of a text its quotes would be escaped, so these are none of a prompt. */
const WORDS: ReadonlyMap<string, readonly Tells[]> = new Map<string, readonly Tells[]>([
  ...['image_url', 'input_image', 'image', 'document', 'input_file', 'file', 'video_url', 'video'].map(
    (word): [string, readonly Tells[]] => [word, ['media']],
  ),
  ['input_audio', ['media', 'audio']],
  ['modalities', ['audio']],
  ['inlineData', ['media', 'audio']],
  ['inline_data', ['media', 'audio']],
  ['fileData', ['media', 'audio', 'reference']],
  ['file_data', ['media', 'audio', 'reference']],
  ['file_id', ['reference']],
  ['file_url', ['reference']],
  ['item_reference', ['reference']],
  ['googleSearch', ['tool']],
  ['google_search', ['tool']],
  ['codeExecution', ['tool']],
  ['code_execution', ['tool']],
  ['urlContext', ['tool']],
  ['googleMaps', ['tool']],
  ['cache_control', ['cache']],
  ['1h', ['hour']],
]);

// One pass over the text, whatever it asks for. A stored prompt is an object, a prompt of one's own is a text.
const ANY_WORD = new RegExp(`"(?:(${[...WORDS.keys()].join('|')})"|(prompt)"\\s*:\\s*\\{)`, 'g');

const wordsIn = (text: string): ReadonlySet<Tells> => {
  const found = new Set<Tells>();
  for (const [, word = '', prompt] of text.matchAll(ANY_WORD)) {
    for (const tells of prompt === undefined ? (WORDS.get(word) ?? []) : (['reference'] as const)) found.add(tells);
  }
  return found;
};

const countOf = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) ? value : 0);

const isUsed = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

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
