import { letterBit, lettersOf } from './name-pattern.ts';

/** A name under which rows of a model may be found. */
export type ModelName = {
  readonly name: string;
  /** Its letters, as of {@link lettersOf}. */
  readonly letters: number;
  /** True when prices found under it are an estimate: an unknown snapshot takes the rows of the undated model. */
  readonly isSnapshotFallback: boolean;
};

/** The names of a model as billed, most literal first, and what the name itself says about the region. */
export type ModelNames = {
  readonly names: readonly ModelName[];
  readonly isFineTune: boolean;
  /** Geography in a Bedrock inference profile: `us`, `eu`, `global` ... */
  readonly profile: string | undefined;
};

/** Geographies of Bedrock inference profiles; the name of the model's maker follows. */
const BEDROCK_PROFILES: ReadonlySet<string> = new Set([
  'af',
  'apac',
  'au',
  'ca',
  'eu',
  'global',
  'in',
  'jp',
  'me',
  'sa',
  'uk',
  'us',
  'us-gov',
]);
const BEDROCK_ARN = /^arn:aws[a-z-]*:bedrock:[^/]*:(?:inference-profile|foundation-model)\/(.+)$/;
const PATH = /^(?:projects\/.*\/)?(?:publishers\/[^/]+\/)?models\/([^/]+)$/;
const SNAPSHOT =
  /^(.+?)(?:-20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|[-@]20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(-v\d+(?::\d+)?)?$/;
const PROFILE_CHARACTERS_MAX = 6;
const LONG_CONTEXT_SUFFIX = '[1m]';
const FINE_TUNE = 'ft:';
const MODELS = 'models/';

/** Names to look a model up by. The input is of bounded length; names are compared in lower case. */
export const namesOf = (asWritten: string, provider: string): ModelNames => {
  const written = readName(asWritten);
  const model = written.form === 'other' ? asWritten.toLowerCase() : asWritten;
  const { form, letters } = written.form === 'other' ? readName(model) : written;
  const profile = provider === 'aws' ? profileOf(model) : undefined;
  if (profile === undefined && form === 'plain') {
    return { names: [{ name: model, letters, isSnapshotFallback: false }], isFineTune: false, profile };
  }
  const short = model.endsWith(LONG_CONTEXT_SUFFIX) ? model.slice(0, -LONG_CONTEXT_SUFFIX.length) : model;
  if (short.startsWith(FINE_TUNE))
    return { names: distinct([model, short, generalFineTune(short)], []), isFineTune: true, profile };
  const bare = PATH.exec(short)?.[1] ?? BEDROCK_ARN.exec(short)?.[1] ?? short;
  const region = provider === 'aws' ? profileOf(bare) : undefined;
  const base = region === undefined ? bare : bare.slice(region.length + 1);
  return { names: distinct([model, short, bare, base], undatedNames(base)), isFineTune: false, profile: region };
};

/**
 * Whether a name has nothing in it to take off (`plain`), is at least in lower case, or neither. Most unknown names are
 * plain and must not pay for the search; one pass tells.
 */
const readName = (name: string): { readonly form: 'plain' | 'lower' | 'other'; readonly letters: number } => {
  let form: 'plain' | 'lower' = 'plain';
  let letters = 0;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    const letter = letterBit(code);
    letters |= letter;
    if (letter !== 0) continue;
    if (code >= DELETE || (code >= LETTER_A && code <= LETTER_Z)) return { form: 'other', letters: 0 };
    if (code === COLON || code === BRACKET || (code === SLASH && name.startsWith(MODELS, at - MODELS.length + 1))) form = 'lower';
    const mayBeDate = code === DASH || code === AT;
    if (mayBeDate && name.charCodeAt(at + 1) === TWO && name.charCodeAt(at + 2) === ZERO) form = 'lower';
  }
  return { form, letters };
};

const LETTER_A = 65;
const LETTER_Z = 90;
const DELETE = 127;

const DOT = 46;
const SLASH = 47;
const COLON = 58;
const BRACKET = 91;
const DASH = 45;
const AT = 64;
const ZERO = 48;
const TWO = 50;

const distinct = (literal: readonly (string | undefined)[], undated: readonly string[]): readonly ModelName[] => {
  const names = new Map<string, ModelName>();
  for (const name of literal) if (name !== undefined && name !== '') names.set(name, named(name, false));
  for (const name of undated) if (!names.has(name)) names.set(name, named(name, true));
  return [...names.values()];
};

/** `us` of `us.anthropic.claude-x`; a maker must follow, so that a model that happens to begin like this keeps its name. */
const profileOf = (name: string): string | undefined => {
  let dot = 2;
  while (dot <= PROFILE_CHARACTERS_MAX && name.charCodeAt(dot) !== DOT) dot += 1;
  if (dot > PROFILE_CHARACTERS_MAX || !name.includes('.', dot + 2)) return undefined;
  const first = name.slice(0, dot);
  return BEDROCK_PROFILES.has(first) ? first : undefined;
};

const named = (name: string, isSnapshotFallback: boolean): ModelName => ({ name, letters: lettersOf(name), isSnapshotFallback });

/** `gpt-4o-2099-01-01` is `gpt-4o`; `anthropic.claude-x-20990101-v1:0` is `anthropic.claude-x-v1:0`, then `anthropic.claude-x`. */
const undatedNames = (name: string): readonly string[] => {
  const parts = SNAPSHOT.exec(name);
  if (parts === null) return [];
  const [, base = '', version] = parts;
  return version === undefined ? [base] : [`${base}${version}`, base];
};

/** `ft:gpt-4o-2024-08-06:acme:support:abc` is billed like every fine-tune of its base: a row may say `ft:gpt-4o-2024-08-06`. */
const generalFineTune = (model: string): string | undefined => {
  const end = model.indexOf(':', 3);
  return end === -1 ? undefined : model.slice(0, end);
};
