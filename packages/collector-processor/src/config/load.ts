import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { configAliasesMax, configBytesMax } from '../limits.ts';
import type { Config } from './config.ts';
import { type Environment, substituteEnvironment } from './environment.ts';
import { configJsonSchema, keysAt } from './json-schema.ts';
import { checkReferences, doubledRecords, redactedElsewhere, unusedExporters } from './references.ts';
import { configSchema } from './schema.ts';
import { suggest } from './suggest.ts';

/** One thing wrong with a configuration, and where. */
export type ConfigIssue = {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted path of the field, or '' for the whole file. */
  readonly path: string;
  /** What was expected and found, and what to do. Never the value of a secret. */
  readonly problem: string;
};

/** A configuration, or everything that is wrong with it. */
export type LoadedConfig =
  | { readonly kind: 'ok'; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: 'invalid'; readonly issues: readonly ConfigIssue[] };

type Path = readonly PropertyKey[];
type Located = { readonly path: Path; readonly problem: string; readonly atKey?: boolean };

/** What the command line says in the place of the file. */
export type ConfigOverrides = {
  /** Address of the HTTP receiver. */
  readonly endpoint?: string;
  readonly ledgerFile?: string;
  /** Number of network threads. */
  readonly workers?: string;
};

/** Reads the text of a configuration file. An empty text is the configuration of somebody who said nothing. */
export function parseConfig(text: string, environment: Environment, overrides: ConfigOverrides = {}): LoadedConfig {
  if (Buffer.byteLength(text) > configBytesMax) {
    return invalid([
      { line: 1, column: 1, path: '', problem: `expected at most ${configBytesMax} bytes; this is no configuration file` },
    ]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  if (document.errors.length > 0) return invalid(document.errors.map((error) => syntaxIssue(error, lines)));
  let given: unknown;
  try {
    given = document.toJS({ maxAliasCount: configAliasesMax }) ?? {};
  } catch (error) {
    return invalid([
      { line: 1, column: 1, path: '', problem: error instanceof Error ? error.message : 'cannot be read as YAML' },
    ]);
  }
  const { value, missing } = substituteEnvironment(override(withoutNulls(given, []), overrides), environment);
  const parsed = configSchema.safeParse(value);
  // What else is wrong with a value that is not there says nothing.
  const isMissing = (path: Path): boolean => missing.some((each) => each.path.join('.') === path.join('.'));
  const located: Located[] = [
    ...missing.map(({ path, name }) => ({
      path,
      problem: `environment variable ${name} is not set; set it, or write \${env:${name}:-default}`,
    })),
    ...(parsed.success
      ? []
      : parsed.error.issues.filter(({ path }) => !isMissing(path)).flatMap((issue) => schemaProblems(issue, given))),
    ...checkReferences(value).map(({ path, problem, known }) => ({ path, problem: problem + foundText(given, path, known) })),
  ];
  if (!parsed.success || located.length > 0) {
    return invalid(
      located
        .map((each) => issueAt(document, lines, each))
        .sort((one, other) => one.line - other.line || one.column - other.column),
    );
  }
  return {
    kind: 'ok',
    config: parsed.data,
    warnings: [
      ...unusedExporters(value).map(
        (name) => `exporters.${name}: defined but used by no signal and no records; name it under service or records`,
      ),
      ...doubledRecords(value),
      ...redactedElsewhere(value),
    ],
  };
}

/** One line per issue: `file:line:column: path: problem`. */
export function describeIssues(file: string, issues: readonly ConfigIssue[]): string {
  return issues
    .map(({ line, column, path, problem }) => `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${problem}`)
    .join('\n');
}

function invalid(issues: readonly ConfigIssue[]): LoadedConfig {
  return { kind: 'invalid', issues };
}

function syntaxIssue(
  error: { readonly message: string; readonly pos: readonly [number, number] },
  lines: LineCounter,
): ConfigIssue {
  const { line, col } = lines.linePos(error.pos[0]);
  return { line, column: col, path: '', problem: `not valid YAML: ${error.message.split('\n')[0]}` };
}

/**
 * A key with nothing behind it means “as if absent”, as in a file whose lines below it are commented out. Where the key
 * itself says something (a transport, an exporter), it means “with all defaults”.
 */
function withoutNulls(given: unknown, path: readonly string[]): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => {
      if (value !== null) return [[key, withoutNulls(value, [...path, key])]];
      const speaks = path.join('.') === 'receivers.otlp.protocols' || path.join('.') === 'exporters';
      return speaks ? [[key, {}]] : [];
    }),
  );
}

function override(given: unknown, { endpoint, ledgerFile, workers }: ConfigOverrides): unknown {
  const withEndpoint = setAt(given, ['receivers', 'otlp', 'protocols', 'http', 'endpoint'], endpoint);
  const withLedger = setAt(withEndpoint, ['ledger', 'file'], ledgerFile);
  return setAt(withLedger, ['service', 'workers'], workers);
}

/** The value with text at a path; what stands in the way of the path gives way. */
function setAt(given: unknown, [key, ...rest]: readonly string[], text: string | undefined): unknown {
  if (text === undefined) return given;
  if (key === undefined) return text;
  const map = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Record<string, unknown>) : {};
  return { ...map, [key]: setAt(map[key], rest, text) };
}

function schemaProblems(issue: z.core.$ZodIssue, given: unknown): readonly Located[] {
  const inside = problemsInside(issue);
  if (inside.length > 0) return inside.flatMap((each) => schemaProblems(each, given));
  if (issue.code !== 'unrecognized_keys') {
    const isMapExpected = issue.code === 'invalid_type' && issue.expected === 'object';
    return [{ path: issue.path, problem: (isMapExpected ? 'expected a map' : issue.message) + foundText(given, issue.path) }];
  }
  const isExporters = issue.path.length === 1 && issue.path[0] === 'exporters';
  const known = isExporters ? ['otlp_http', 'otlp_grpc', 'file'] : keysAt(configJsonSchema(), issue.path);
  return issue.keys.map((key) => {
    const close = suggest(key.split('/', 1)[0] ?? key, known);
    const advice = close === undefined ? `known here: ${known.join(', ')}` : `did you mean ${close}?`;
    return { path: [...issue.path, key], problem: `unknown ${isExporters ? 'type of exporter' : 'key'}; ${advice}`, atKey: true };
  });
}

/** Of a field that takes a word or a map, what is wrong inside the map that was given: more use than that it is no word. */
function problemsInside(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [];
  const ofMap = issue.errors.find((errors) => errors.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'));
  return (ofMap ?? []).map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

/** What stands in the file at the path, `${env:...}` unresolved; the kind alone where it may be a secret. */
function foundText(given: unknown, path: Path, known?: readonly string[]): string {
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    given,
  );
  const close = typeof found === 'string' && known !== undefined ? suggest(found, known) : undefined;
  const advice = close === undefined ? '' : `; did you mean ${close}?`;
  if (found === undefined) return '; it is missing, add it';
  const namesSecret = path.some((key) => key === 'headers' || key === 'key' || key === 'keys');
  const secret = namesSecret || (typeof found === 'string' && /[@?]/.test(found));
  if (typeof found === 'string') return secret ? ', found other text' : `, found ${JSON.stringify(found.slice(0, 80))}${advice}`;
  if (typeof found === 'object') return `, found a ${Array.isArray(found) ? 'list' : 'map'}`;
  return secret ? `, found a ${typeof found}` : `, found ${String(found)}`;
}

function issueAt(document: Document, lines: LineCounter, { path, problem, atKey }: Located): ConfigIssue {
  const { line, col } = lines.linePos(offsetOf(document, path, atKey === true));
  return { line, column: col, path: path.map(String).join('.'), problem };
}

/** Where a value stands in the file; of a key or value that is not there, the nearest map around it. */
function offsetOf(document: Document, path: Path, atKey: boolean): number {
  const parent = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  const map = path.length === 1 ? document.contents : parent;
  if (isMap(map)) {
    const pair = map.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
    if (isPair(pair) && isNode(pair.key) && (atKey || !isNode(pair.value))) return pair.key.range?.[0] ?? 0;
  }
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
