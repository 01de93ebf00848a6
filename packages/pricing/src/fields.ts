import { ISSUES_MAX, ROWS_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';

/** Where in a document something is wrong: keys and list positions from the root. */
export type IssuePath = readonly (string | number)[];

/** One problem of a document: where, what was expected, what was found, what to do. */
export type Issue = { readonly path: IssuePath; readonly message: string };

/** Takes the problems found while reading. */
export type Report = (path: IssuePath, message: string) => void;

/** Reads one value of a document, or reports why not and returns undefined. */
export type Field<T> = {
  readonly expected: string;
  readonly read: (value: unknown, path: IssuePath, report: Report) => T | undefined;
};

/** One line for people: `prices[3].amount: expected a decimal string like "2.50", found number 2.5; quote it`. */
export const formatIssue = (issue: Issue): string => `${formatPath(issue.path)}: ${issue.message}`;

const formatPath = (path: IssuePath): string =>
  path.length === 0
    ? 'the document'
    : path.reduce<string>((text, part) => {
        if (typeof part === 'number') return `${text}[${part}]`;
        return text === '' ? part : `${text}.${part}`;
      }, '');

/** Collects problems up to a bound; the last one says how many more there are. */
export const collectIssues = (): { readonly report: Report; readonly issues: () => readonly Issue[] } => {
  const issues: Issue[] = [];
  let dropped = 0;
  return {
    report: (path, message) => {
      if (issues.length < ISSUES_MAX) issues.push({ path, message });
      else dropped += 1;
    },
    issues: () => (dropped === 0 ? issues : [...issues, { path: [], message: `${dropped} more problems, not listed` }]),
  };
};

/** What was found, for a message: `number 2.5`, `text "abc"`, `a list`. */
const describe = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)}`;
  return `${typeof value} ${String(value)}`;
};

const wrong = (path: IssuePath, report: Report, expected: string, value: unknown): undefined => {
  const hint = typeof value === 'number' && expected.includes('string') ? '; quote it' : '';
  report(path, `expected ${expected}, found ${describe(value)}${hint}`);
  return undefined;
};

/** A string that `accepts` takes; it may return a normal form. */
export const text = (expected: string, accepts: (value: string) => boolean): Field<string> => ({
  expected,
  read: (value, path, report) =>
    typeof value === 'string' && value.length <= TEXT_CHARACTERS_MAX && accepts(value)
      ? value
      : wrong(path, report, expected, value),
});

/** A whole number from `min` to 2^53 - 1. */
export const wholeNumber = (min: number): Field<number> => {
  const expected = `a whole number from ${min}`;
  return {
    expected,
    read: (value, path, report) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min ? value : wrong(path, report, expected, value),
  };
};

/** true or false. */
export const flag: Field<boolean> = {
  expected: 'true or false',
  read: (value, path, report) => (typeof value === 'boolean' ? value : wrong(path, report, 'true or false', value)),
};

/** One of a few strings. */
export const oneOf = <T extends string>(values: readonly T[]): Field<T> => {
  const expected = `one of the strings ${values.join(', ')}`;
  return {
    expected,
    read: (value, path, report) => values.find((known) => known === value) ?? wrong(path, report, expected, value),
  };
};

/** A list of at most 200,000 values; bad ones are reported and left out. */
export const list = <T>(item: Field<T>): Field<readonly T[]> => ({
  expected: 'a list',
  read: (value, path, report) => {
    if (!Array.isArray(value)) return wrong(path, report, 'a list', value);
    if (value.length > ROWS_MAX) {
      report(path, `expected at most ${ROWS_MAX} rows, found ${value.length}; split the book`);
      return undefined;
    }
    const read: T[] = [];
    for (let index = 0; index < value.length; index += 1) {
      const one = item.read(value[index], [...path, index], report);
      if (one !== undefined) read.push(one);
    }
    return read;
  },
});

type Fields = Readonly<Record<string, Field<unknown>>>;

/**
 * An object with exactly these keys; keys that begin with `x-` are ignored. An unknown key is a problem: a condition that
 * is misspelt would otherwise make a price hold too widely. `check` sees the object once its own fields are fine.
 */
export const object = <T extends object>(
  required: Fields,
  optional: Fields,
  check?: (value: T, path: IssuePath, report: Report) => void,
): Field<T> => {
  const fields = new Map<string, { readonly field: Field<unknown>; readonly isRequired: boolean }>();
  for (const [key, field] of Object.entries(required)) fields.set(key, { field, isRequired: true });
  for (const [key, field] of Object.entries(optional)) fields.set(key, { field, isRequired: false });
  const read = (value: unknown, path: IssuePath, report: Report): T | undefined => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path, report, 'an object', value);
    const source = value as Readonly<Record<string, unknown>>;
    const result: Record<string, unknown> = {};
    let isFine = true;
    for (const key of Object.keys(source)) {
      if (fields.has(key) || key.startsWith('x-')) continue;
      report([...path, key], `unknown key; expected ${[...fields.keys()].join(', ')}`);
      isFine = false;
    }
    for (const [key, { field, isRequired }] of fields) {
      const found = Object.hasOwn(source, key) ? source[key] : undefined;
      if (found === undefined) {
        if (!isRequired) continue;
        report([...path, key], `missing; expected ${field.expected}`);
        isFine = false;
        continue;
      }
      const one = field.read(found, [...path, key], report);
      if (one === undefined) isFine = false;
      else result[key] = one;
    }
    if (!isFine) return undefined;
    check?.(result as T, path, report);
    return result as T;
  };
  return { expected: 'an object', read };
};
