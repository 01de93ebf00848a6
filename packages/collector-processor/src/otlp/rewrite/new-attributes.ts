import type { AttributeRun } from '../attribute-run.ts';
import { attributeTemplatesMax } from '../limits.ts';
import type { KeyId, NewAttribute } from '../span-view.ts';
import { type AttributeSet, hasKey } from './attribute-set.ts';
import { findKey, type KeyIndex, type Spelling, spell } from './key-index.ts';

/** What is remembered of a key that stages write, or of a run of them, whose key is ''. */
export type AttributeTemplate = {
  readonly key: string;
  readonly run: AttributeRun | undefined;
  readonly spelling: Spelling;
  readonly owned: boolean;
  /** Number of the key where somebody asks spans for it, else -1. */
  readonly keyId: KeyId;
  /** Keys of a run that are not owned. */
  readonly foreign: readonly AttributeTemplate[];
  /** Value for the span at hand. */
  value: NewAttribute[1];
  /** Whether the attribute already has its place in the span at hand. */
  placed: boolean;
  /** Number of the span that asked for it last. */
  askedBy: number;
  /** Value written last in this request, and where its bytes stand in the writer; undefined before the first. */
  written: NewAttribute[1] | undefined;
  writtenStart: number;
  writtenEnd: number;
};

/** The attributes asked for on the span at hand, and the templates of all keys seen so far. */
export type AttributeTemplates = {
  readonly index: KeyIndex;
  readonly byKey: Map<string, AttributeTemplate>;
  readonly byRun: Map<AttributeRun, AttributeTemplate>;
  readonly ownedPrefix: string;
  /** Each key once; valid up to `askedCount`. What stands here from the span before is the first guess for the next. */
  readonly asked: AttributeTemplate[];
  askedCount: number;
  /** How many of them the span carries, or may carry, from its sender, without being owned. */
  carriedCount: number;
  spanNumber: number;
};

/** No templates yet. A key under `ownedPrefix` is owned; none is when the prefix is empty. */
export function createTemplates(index: KeyIndex, ownedPrefix: string): AttributeTemplates {
  const [byKey, byRun] = [new Map<string, AttributeTemplate>(), new Map<AttributeRun, AttributeTemplate>()];
  return { index, byKey, byRun, ownedPrefix, asked: [], askedCount: 0, carriedCount: 0, spanNumber: 0 };
}

/** Forgets what was written: the next request starts with an empty writer. */
export function clearTemplates(templates: AttributeTemplates): void {
  if (templates.byKey.size + templates.byRun.size > attributeTemplatesMax) {
    templates.byKey.clear();
    templates.byRun.clear();
    templates.asked.length = 0;
  }
  for (const template of templates.byKey.values()) template.written = undefined;
  for (const template of templates.byRun.values()) template.written = undefined;
}

/** Notes what is wanted on the next span. Where a key is given twice the last value counts. */
export function askFor(
  templates: AttributeTemplates,
  set: AttributeSet,
  added: ReadonlyArray<NewAttribute | AttributeRun>,
): void {
  templates.spanNumber += 1;
  templates.askedCount = 0;
  templates.carriedCount = 0;
  for (let index = 0; index < added.length; index += 1) {
    const addition = added[index]!;
    if ('encoded' in addition) askForRun(templates, set, addition);
    else askForOne(templates, set, addition);
  }
}

function askForOne(templates: AttributeTemplates, set: AttributeSet, [key, value]: NewAttribute): void {
  const template = templateOf(templates, key);
  template.value = value;
  if (template.askedBy === templates.spanNumber) return;
  ask(templates, template);
  if (!template.owned && mayCarry(set, template)) templates.carriedCount += 1;
}

/** As one piece where no attribute of the span stands in its way. */
function askForRun(templates: AttributeTemplates, set: AttributeSet, run: AttributeRun): void {
  const template = templateOfRun(templates, run);
  let isWhole = set.ownedCount === 0;
  for (let index = 0; isWhole && index < template.foreign.length; index += 1) isWhole = !mayCarry(set, template.foreign[index]!);
  if (isWhole) ask(templates, template);
  else for (const attribute of run.attributes) askForOne(templates, set, attribute);
}

function ask(templates: AttributeTemplates, template: AttributeTemplate): void {
  template.askedBy = templates.spanNumber;
  template.placed = false;
  templates.asked[templates.askedCount] = template;
  templates.askedCount += 1;
}

/** Whether the span carries the key, if only an empty attribute of it; of a key that nobody asks for it is not known. */
function mayCarry(set: AttributeSet, { keyId }: AttributeTemplate): boolean {
  return keyId < 0 || hasKey(set, keyId);
}

/** Stages write the same keys in the same order on span after span: the guess saves the search. */
function templateOf(templates: AttributeTemplates, key: string): AttributeTemplate {
  const guess = templates.asked[templates.askedCount];
  if (guess !== undefined && guess.key === key && guess.run === undefined) return guess;
  return templates.byKey.get(key) ?? createTemplate(templates, key);
}

function templateOfRun(templates: AttributeTemplates, run: AttributeRun): AttributeTemplate {
  const guess = templates.asked[templates.askedCount];
  if (guess !== undefined && guess.run === run) return guess;
  return templates.byRun.get(run) ?? createRunTemplate(templates, run);
}

function createTemplate(templates: AttributeTemplates, key: string): AttributeTemplate {
  const owned = templates.ownedPrefix !== '' && key.startsWith(templates.ownedPrefix);
  const template = newTemplate(templates.index, key, owned);
  templates.byKey.set(key, template);
  return template;
}

function createRunTemplate(templates: AttributeTemplates, run: AttributeRun): AttributeTemplate {
  const ofKeys = run.attributes.map(([key]) => templates.byKey.get(key) ?? createTemplate(templates, key));
  const foreign = ofKeys.filter(({ owned }) => !owned);
  const template = { ...newTemplate(templates.index, '', true), run, foreign };
  templates.byRun.set(run, template);
  return template;
}

function newTemplate(index: KeyIndex, key: string, owned: boolean): AttributeTemplate {
  const spelling = spell(key);
  return {
    key,
    run: undefined,
    spelling,
    owned,
    keyId: findKey(index, spelling.bytes, spelling.view, 0, spelling.bytes.length),
    foreign: [],
    value: '',
    placed: false,
    askedBy: 0,
    written: undefined,
    writtenStart: 0,
    writtenEnd: 0,
  };
}
