// Prints docs/dialects/README.md. Run by dialects.ts.
import { doubtsOf, meaningsOf } from '../../packages/collector-processor/src/dialects/describe-dialect.ts';
import type { CallKeys, Dialect, Signature } from '../../packages/collector-processor/src/dialects/dialect.ts';
import { DIALECTS } from '../../packages/collector-processor/src/dialects/dialects.ts';
import { LOG_DIALECTS } from '../../packages/collector-processor/src/dialects/log-dialects.ts';
import { loadCaptured, type Telling, tellings } from '../../packages/collector-processor/test/dialects/captured/tellings.ts';

const folder = 'packages/collector-processor/src/dialects';

const evidences = { captured: 'captured', documented: 'documented', own: 'own words' } as const;

const tellingTexts: Readonly<Record<Telling, string>> = {
  exact: 'exact',
  'caches-untold': 'estimated: what was in the caches is unknown',
  'no-output': 'incomplete: output unknown, and what was in the caches',
  'no-reasoning': 'exact but for reasoning, which stays in the text',
  'no-lifetimes': 'exact but for the lifetime of cache writes',
  'one-lifetime': 'exact but for the lifetime of cache writes that last less than an hour',
  estimated: 'estimated: cached input unknown',
  overcounted: 'estimated: the first output count of the stream is added to the last',
  'reasoning-twice': 'estimated: reasoning is added to an output that has it already',
  'provider-inferred': 'estimated: provider taken from the model, counts exact',
  'provider-inferred-no-reasoning': 'estimated: provider taken from the model; reasoning stays in the text',
  missing: 'usage missing, and said so',
  requested: 'only the request is seen: usage missing, and said so',
  untraced: 'no span',
};

const meaningTexts: Readonly<Record<string, string>> = {
  input: '`input_text_tokens`, less the parts below',
  output: '`output_text_tokens`, less the parts below',
  total: 'all tokens: tells which reading of the parts holds',
  'cache writes': '`input_cache_write_other_tokens`, less those of known lifetime',
};

process.stdout.write(`<!-- Generated from ${folder} by \`node scripts/generate.ts\`. Do not edit. -->

# Dialects: how telemetry says what a call used

Instrumentations write the same model call in different words. A dialect is one row of data that says how such a span is
recognised and which key holds which count. A span is asked in the order of the table below; the first row that
recognises it reads it alone, and no other row's words are mixed in. \`costspan doctor --in traces.json\` shows which row
read each of your spans, from which keys, and why one has no price.

- **Role first.** Agents, chains and workflows repeat what the calls below them carry: they are sums, never priced beside
  their calls. Only calls, refused attempts, tools and handoffs bear cost.
- **Disjoint counts.** Cached input is never also input, reasoning never also text. *Inside* means that the source counts
  caches into its input, *beside* that it does not. Where the counts prove the other reading (more cached than input, a
  total that fits only one of them), the counts win. Counts that fit neither are \`invalid_usage\`, never clamped.
- **Missing is not zero.** A call without usage is \`usage_missing\`, one that nobody can read is \`unpriced:
  dialect-unknown\`; both are counted and shown.
- **One call, several instrumentations.** Within a trace the richest span counts; the others become \`duplicate\`: see
  [what is counted once](../reference/entry.md#what-is-counted-once). Traces are not compared with each other.

*Captured* rows are tested on spans that the packages themselves emitted, *documented* ones on spans written down from
their documentation or source.

| row | emitted by | caches | estimated | evidence |
| --- | --- | --- | --- | --- |
${DIALECTS.map(indexRow).join('\n')}

## What captured spans tell

Each source made the same calls against local stand-ins of the providers, which logged what they billed. The tests hold
every call against that log: equal, or flagged in the way the table says.

| source | versions | what the spans tell |
| --- | --- | --- |
${Object.entries(tellings).map(capturedRow).join('\n')}

## What is not read

- **Metrics.** What is read is spans, and the log events below. Metrics that carry tokens, such as those of Claude Code, tell the
  same calls again. All logs and metrics pass through as they came.
- **Costs that an instrumentation calculates**, such as \`gen_ai.cost.*\`, \`operation.cost\` or \`gen_ai.usage.cost\`: they are list
  prices of an unknown date, or 0 for a model it does not know. \`gen_ai.usage.cost.amount\` counts as the provider's where its
  source says \`provider\` and the sender is trusted.

${DIALECTS.map((dialect) => section(dialect, 'span name')).join('\n\n')}

# Log events that tell usage

Some sources tell the usage of a call in a log event, besides their spans or in the place of them. Such an event is read like a
span that ends when the event was written, below the span it stands in. Where it stands in no trace it has one of its own.
Its ids follow from what tells the event from every other one, so an event that is sent again counts once. Where a span tells
the same call, both carry one id, and the richer of them counts. An event is forwarded as it came.

| row | emitted by | caches | estimated | evidence |
| --- | --- | --- | --- | --- |
${LOG_DIALECTS.map(indexRow).join('\n')}

${LOG_DIALECTS.map((dialect) => `${section(dialect, 'event name')}\n\nOne event is told from another by ${dialect.identity.map(code).join(', ')}.`).join('\n\n')}
`);

function indexRow(dialect: Dialect): string {
  const doubt =
    'call' in dialect
      ? doubtsOf(dialect.call)
          .map(({ when }) => when)
          .join('; ')
      : '';
  return `| [\`${dialect.id}\`](#${dialect.id}) | ${dialect.emitter} | ${cachesText(dialect)} | ${doubt} | ${evidences[dialect.evidence]} |`;
}

function cachesText(dialect: Dialect): string {
  if (!('call' in dialect)) return '';
  const { caches } = dialect.call;
  return typeof caches === 'string' ? caches : caches.explained;
}

function capturedRow([source, told]: readonly [string, Readonly<Record<string, Telling>>]): string {
  const versions = Object.entries(loadCaptured(source).packages).map(([name, version]) => `${name} ${version}`);
  const calls = Object.entries(told).map(([call, telling]) => `${call}: ${tellingTexts[telling]}`);
  return `| ${source} | ${versions.join(', ')} | ${calls.join('<br>')} |`;
}

function section(dialect: Dialect, nameOf: string): string {
  const facts = [
    `Emitted by: ${dialect.emitter}. Row version ${dialect.version}, ${evidences[dialect.evidence]}.`,
    `Recognised by ${dialect.detect.map((each) => signatureText(each, nameOf)).join(', or by ')}.`,
    ...('call' in dialect ? callText(dialect.call) : []),
  ];
  const rows =
    'call' in dialect
      ? meaningsOf(dialect).map(({ keys, meaning }) => [keys.map(code).join(', '), meaningText(meaning)] as const)
      : dialect.reads;
  const limits =
    dialect.limits.length === 0 ? '' : `\n\nWhat cannot be known:\n\n${dialect.limits.map((each) => `- ${each}`).join('\n')}`;
  return `## ${dialect.id}

${facts.join('\n\n')}

| from | is read |
| --- | --- |
${rows.map(([from, what]) => `| ${from} | ${what} |`).join('\n')}${limits}`;
}

function signatureText({ scope, name, key, keyPrefix }: Signature, nameOf: string): string {
  const parts = [
    ...(scope === undefined ? [] : [`scope ${scope.map(code).join(' or ')}`]),
    ...(name === undefined ? [] : [`${nameOf} ${name.map(code).join(' or ')}`]),
    ...(key === undefined
      ? []
      : [key.length === 1 ? `key ${code(key[0] ?? '')}` : `one of the keys ${key.map(code).join(', ')}`]),
    ...(keyPrefix === undefined ? [] : [`any key that begins with ${code(keyPrefix)}`]),
  ];
  return parts.join(' and ');
}

function callText(call: CallKeys): readonly string[] {
  const { caches, mayBeSum, role } = call;
  const roles = Object.entries(role.byValue).map(([value, each]) => [each, code(value)] as const);
  const valuesOf = (wanted: string): string =>
    roles
      .filter(([each]) => each === wanted)
      .map(([, value]) => value)
      .join(', ');
  const sums = valuesOf('aggregate');
  const calls = valuesOf('call');
  return [
    `Caches: ${typeof caches === 'string' ? `${caches} the input` : caches.explained}.`,
    ...(calls === '' ? [] : [`Calls: ${calls}.${sums === '' ? '' : ` Sums: ${sums}.`}`]),
    ...(mayBeSum === undefined
      ? []
      : ['Some calls cannot be told from a parent that repeats them and are kept as sums; see below.']),
    ...doubtsOf(call).map(({ reason, when }) => `Estimated as ${code(reason)} ${when}.`),
  ];
}

function meaningText(meaning: string): string {
  const text = meaningTexts[meaning];
  if (text !== undefined) return text;
  return meaning.replace(/^[a-z0-9]+(_[a-z0-9]+)+/, code);
}

function code(text: string): string {
  return `\`${text}\``;
}
