import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { GeneratedFile } from '../generate.ts';

type Named = { readonly id: string; readonly brief: string };
type Attribute = Named & {
  readonly type: string;
  readonly unit?: string;
  readonly set_by: string;
  readonly on: readonly string[];
  readonly examples?: readonly string[];
};
type Unit = Named & { readonly kind: string; readonly parent?: string };
type Metric = Named & { readonly instrument: string; readonly unit: string };
type Registry = {
  readonly categories: readonly Named[];
  readonly units: readonly Unit[];
  readonly attributes: readonly Attribute[];
  readonly statuses: readonly Named[];
  readonly events: readonly Named[];
  readonly metrics: readonly Metric[];
  readonly conventions: readonly string[];
};

const marker = 'Generated from packages/semconv/registry.yaml by `node scripts/generate.ts`. Do not edit.';

/** A comma in text without quotes ends it in YAML, and makes the rest a key without a value. */
function wholeValues(key: unknown, value: unknown): unknown {
  if (value === null) throw new Error(`registry.yaml: "${key}" has no value; expected text with a comma in quotes`);
  return value;
}

/** The constants of the semconv package and the reference page, from registry.yaml. */
export function semconvFiles(root: string): readonly GeneratedFile[] {
  const registry: Registry = parse(readFileSync(join(root, 'packages/semconv/registry.yaml'), 'utf8'), wholeValues);
  const source = join(root, 'packages/semconv/src');
  return [
    { path: join(source, 'attributes.generated.ts'), text: attributesFile(registry) },
    { path: join(source, 'vocabulary.generated.ts'), text: vocabularyFile(registry) },
    { path: join(source, 'index.ts'), text: indexFile(registry) },
    { path: join(root, 'docs/reference/attributes.md'), text: referencePage(registry) },
  ];
}

function attributesFile(registry: Registry): string {
  const own = registry.attributes.map(({ id, type, brief }) =>
    type === 'template'
      ? constant(`${constantName('ATTR', id)}_PREFIX`, `${id}.`, brief)
      : constant(constantName('ATTR', id), id, brief),
  );
  const events = registry.events.map(({ id, brief }) => constant(constantName('EVENT', id), id, brief));
  const metrics = registry.metrics.map(({ id, brief }) => constant(constantName('METRIC', id), id, brief));
  const conventions = registry.conventions.map((id) => `export const ${constantName('ATTR', id)} = '${id}' as const;`);
  return `// ${marker}\n\n${[...own, ...events, ...metrics].join('\n\n')}\n\n${conventions.join('\n')}\n`;
}

function vocabularyFile(registry: Registry): string {
  const parents = registry.units.filter(({ parent }) => parent !== undefined);
  return `// ${marker}

/** Cost categories, in the order reports print them. */
export const CATEGORIES = [
${registry.categories.map(({ id }) => `  '${id}',`).join('\n')}
] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

/** Units of usage Costspan knows. The set is open: any other name is a custom unit and needs its own price row. */
export const UNITS = [
${registry.units.map(({ id }) => `  '${id}',`).join('\n')}
] as const;

/** One of {@link UNITS}. */
export type KnownUnit = (typeof UNITS)[number];

/** Units that modifiers apply to unless they name others. */
export const TOKEN_UNITS: readonly KnownUnit[] = [
${registry.units
  .filter(({ kind }) => kind === 'token')
  .map(({ id }) => `  '${id}',`)
  .join('\n')}
];

/** The unit whose price stands in, as an estimate, when a price for the key is missing. */
export const PARENT_UNIT: Readonly<Partial<Record<KnownUnit, KnownUnit>>> = {
${parents.map(({ id, parent }) => `  ${id}: '${parent}',`).join('\n')}
};

/** Statuses of a cost; of the first seven the earliest wins when lines are summed. */
export const STATUSES = [
${registry.statuses.map(({ id }) => `  '${id}',`).join('\n')}
] as const;

/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];
`;
}

function indexFile(registry: Registry): string {
  const names = [
    ...registry.attributes.map(({ id, type }) => `${constantName('ATTR', id)}${type === 'template' ? '_PREFIX' : ''}`),
    ...registry.events.map(({ id }) => constantName('EVENT', id)),
    ...registry.metrics.map(({ id }) => constantName('METRIC', id)),
    ...registry.conventions.map((id) => constantName('ATTR', id)),
  ].sort();
  return `// ${marker}
export {
${names.map((name) => `  ${name},`).join('\n')}
} from './attributes.generated.ts';
export type { Category, KnownUnit, Status } from './vocabulary.generated.ts';
export { CATEGORIES, PARENT_UNIT, STATUSES, TOKEN_UNITS, UNITS } from './vocabulary.generated.ts';
`;
}

function constantName(prefix: string, id: string): string {
  return `${prefix}_${id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

function constant(name: string, value: string, brief: string): string {
  return `/** ${brief} */\nexport const ${name} = '${value}' as const;`;
}

function referencePage(registry: Registry): string {
  const setters = [
    [
      'application',
      'Set by the application or the SDK',
      'Attributes of spans. Everything here is an input of pricing and attribution.',
    ],
    [
      'meter',
      'Set by the meter',
      'Written on spans by the collector processor. A sender’s values under these names are replaced, never trusted.',
    ],
    ['ledger', 'Set by the ledger', 'Attributes of the log events `costspan.work_item.cost` and `costspan.entry`.'],
  ] as const;
  const sections = setters.map(([setBy, title, intro]) => {
    const rows = registry.attributes.filter((attribute) => attribute.set_by === setBy).map(attributeRow);
    return `## ${title}\n\n${intro}\n\n| attribute | type | on | meaning | example |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `<!-- ${marker} -->

# Attributes

Every name Costspan owns. \`decimal\` is decimal text without exponent, exact to the last digit. A template such as
\`costspan.usage.<key>\` stands for any key below it.

${sections.join('\n\n')}

## Categories

| category | meaning |
| --- | --- |
${registry.categories.map(({ id, brief }) => `| \`${id}\` | ${brief} |`).join('\n')}

## Units

Units are disjoint: a cached token is never also an input token, a reasoning token never also an output text token.
Where a price row for a unit is missing, the parent unit’s price is used and the line is \`estimated\`.

| unit | kind | parent | meaning |
| --- | --- | --- | --- |
${registry.units.map(({ id, kind, parent, brief }) => `| \`${id}\` | ${kind} | ${parent === undefined ? '' : `\`${parent}\``} | ${brief} |`).join('\n')}

## Statuses

The worst line of a receipt wins, in this order up to \`priced\`; the last three stand beside it.

| status | meaning |
| --- | --- |
${registry.statuses.map(({ id, brief }) => `| \`${id}\` | ${brief} |`).join('\n')}

## Events

| event | meaning |
| --- | --- |
${registry.events.map(({ id, brief }) => `| \`${id}\` | ${brief} |`).join('\n')}

## Metrics

| metric | instrument | unit | meaning |
| --- | --- | --- | --- |
${registry.metrics.map(({ id, instrument, unit, brief }) => `| \`${id}\` | ${instrument} | \`${unit}\` | ${brief} |`).join('\n')}

## Names of the OpenTelemetry conventions that Costspan reads or writes

${registry.conventions.map((id) => `\`${id}\``).join(' · ')}
`;
}

function attributeRow({ id, type, unit, on, brief, examples }: Attribute): string {
  const name = type === 'template' ? `${id}.<key>` : id;
  const kind = type === 'template' ? 'template' : unit === undefined ? type : `${type}, ${unit}`;
  return `| \`${name}\` | ${kind} | ${on.join(', ')} | ${brief} | ${(examples ?? []).map((example) => `\`${example}\``).join(' ')} |`;
}
