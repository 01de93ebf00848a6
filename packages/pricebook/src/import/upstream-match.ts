import type { Match } from '@costspan/pricing';

/** A rule of the upstream catalog. Comparisons ignore case, except `regex`. */
export type RuleNode =
  | { readonly kind: 'or'; readonly rules: readonly RuleNode[] }
  | { readonly kind: 'and'; readonly rules: readonly RuleNode[] }
  | { readonly kind: 'equals' | 'starts_with' | 'ends_with' | 'contains' | 'regex'; readonly value: string };

/** What a rule becomes: matches that together accept the same names, and the parts that none of ours can say. */
export type RuleMatches = { readonly matches: readonly Match[]; readonly leftOut: readonly string[] };

const TEXT_KINDS = ['equals', 'starts_with', 'ends_with', 'contains', 'regex'] as const;

/** Reads one rule; an unknown kind of rule is reported. */
export function readRule(value: unknown, report: (problem: string) => void): RuleNode {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [key, operand] = entries[0] ?? [];
  if (entries.length === 1 && (key === 'or' || key === 'and') && Array.isArray(operand)) {
    return { kind: key, rules: operand.map((rule) => readRule(rule, report)) };
  }
  const kind = TEXT_KINDS.find((known) => known === key);
  if (entries.length === 1 && kind !== undefined && typeof operand === 'string') return { kind, value: operand };
  report(`unknown match rule ${JSON.stringify(value)}`);
  return { kind: 'or', rules: [] };
}

/** Whether a rule accepts a model name, as upstream decides it. */
export function ruleAccepts(rule: RuleNode, name: string): boolean {
  if ('rules' in rule) {
    return rule.kind === 'or'
      ? rule.rules.some((part) => ruleAccepts(part, name))
      : rule.rules.every((part) => ruleAccepts(part, name));
  }
  const lower = name.toLowerCase();
  if (rule.kind === 'regex') return new RegExp(rule.value).test(lower);
  const value = rule.value.toLowerCase();
  if (rule.kind === 'equals') return lower === value;
  if (rule.kind === 'starts_with') return lower.startsWith(value);
  return rule.kind === 'ends_with' ? lower.endsWith(value) : lower.includes(value);
}

/**
 * The matches of a rule. `equals` is exact, `starts_with` a prefix, `contains` and `ends_with` patterns. Of the regular
 * expressions those are carried that say no more than literal text and digits; any other, and every `and`, is left out
 * rather than approximated: a name that it alone would have accepted falls to its base name as an estimate, or is unpriced.
 */
export function ruleMatches(rule: RuleNode): RuleMatches {
  const matches: Match[] = [];
  const leftOut: string[] = [];
  collect(rule, matches, leftOut);
  return { matches, leftOut };
}

function collect(rule: RuleNode, matches: Match[], leftOut: string[]): void {
  if (rule.kind === 'or') {
    for (const part of rule.rules) collect(part, matches, leftOut);
    return;
  }
  const match = 'rules' in rule ? undefined : textMatch(rule.kind, rule.value);
  if (match === undefined) leftOut.push(describeRule(rule));
  else if (!matches.some((other) => matchText(other) === matchText(match))) matches.push(match);
}

function textMatch(kind: (typeof TEXT_KINDS)[number], value: string): Match | undefined {
  const lower = value.toLowerCase();
  if (kind === 'equals') return { exact: lower };
  if (kind === 'starts_with') return { prefix: lower };
  if (kind === 'regex') return regexMatch(value);
  if (WILDCARD.test(lower)) return undefined;
  return { pattern: kind === 'contains' ? `*${lower}*` : `*${lower}` };
}

const WILDCARD = /[*?#]/;
// Literal text, escaped punctuation, \d and \d{n}: what our patterns can say too.
const PLAIN_REGEX = /^\^((?:[\w=/-]|\\[.[\]]|\\d(?:\{\d\})?)+)(\$?)$/;

function regexMatch(regex: string): Match | undefined {
  const [, body, end] = PLAIN_REGEX.exec(regex) ?? [];
  // Upstream compares a regular expression with the name in lower case, so a capital letter in it accepts nothing.
  if (body === undefined || body !== body.toLowerCase()) return undefined;
  const name = body.replace(/\\d(?:\{(\d)\})?/g, (_, count) => '#'.repeat(Number(count ?? 1))).replaceAll('\\', '');
  const text = end === '$' ? name : `${name}*`;
  return WILDCARD.test(text) ? { pattern: text } : { exact: text };
}

/** A match as it is written in row identifiers: the name, `name*` for a prefix, the pattern. */
export function matchText(match: Match): string {
  if ('exact' in match) return match.exact;
  return 'prefix' in match ? `${match.prefix}*` : match.pattern;
}

function describeRule(rule: RuleNode): string {
  return 'rules' in rule ? `${rule.kind}(${rule.rules.map(describeRule).join(', ')})` : `${rule.kind} ${rule.value}`;
}
