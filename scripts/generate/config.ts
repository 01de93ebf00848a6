import { join } from 'node:path';
import { configJsonSchema, type JsonSchema } from '../../packages/collector-processor/src/config/json-schema.ts';
import type { GeneratedFile } from '../generate.ts';

const source = 'packages/collector-processor/src/config/schema.ts';
const marker = `Generated from ${source} by \`node scripts/generate.ts\`. Do not edit.`;

type Field = { readonly path: string; readonly schema: JsonSchema; readonly required: boolean };

/** The JSON Schema of the configuration file and its reference page, from the schema the processor checks files with. */
export function configFiles(root: string): readonly GeneratedFile[] {
  const schema = configJsonSchema();
  return [
    {
      path: join(root, 'packages/semconv/schemas/config.schema.json'),
      text: `${JSON.stringify({ $comment: marker, title: 'Costspan configuration', ...schema }, undefined, 2)}\n`,
    },
    { path: join(root, 'docs/reference/config.md'), text: referencePage(schema) },
  ];
}

function referencePage(schema: JsonSchema): string {
  const sections = Object.entries(schema.properties ?? {}).map(([key, part]) => {
    const rows = fieldsOf(part, key, false)
      .filter(({ path, schema: field }) => path !== key && isValue(field))
      .map(fieldRow);
    const table =
      rows.length === 0 ? '' : `\n\n| field | type | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
    return `## ${key}\n\n${part.description ?? ''}${table}`;
  });
  return `<!-- ${marker} -->

# Configuration

One YAML file, \`costspan serve --config costspan.yaml\`. Every field is optional unless it says otherwise; without a file
the defaults below hold. \`\${env:NAME}\` stands for an environment variable in any text, \`\${env:NAME:-default}\` gives it a
default, \`$$\` is one \`$\`. Unknown keys are refused. \`costspan config check\` lists everything that is wrong with a file,
\`costspan config schema\` prints the JSON Schema for editors, \`costspan config init\` writes a first file.

Relative paths start at the folder the command runs in. Durations are numbers with units: \`250ms\`, \`30s\`, \`1h30m\`, \`30d\`. Sizes: \`64KiB\`, \`4MiB\`, \`1GiB\`.

${sections.join('\n\n')}
`;
}

/** Every field below a schema with its dotted path; \`<name>\` stands for a key the user chooses, \`[]\` for each item of a list. */
function fieldsOf(schema: JsonSchema, path: string, required: boolean): readonly Field[] {
  const branches = [schema, ...(schema.anyOf ?? [])];
  const own = [{ path, schema, required }];
  const named = branches.flatMap((branch) =>
    Object.entries(branch.properties ?? {}).flatMap(([key, field]) =>
      fieldsOf(field, `${path}.${key}`, branch.required?.includes(key) ?? false),
    ),
  );
  const chosen = branches.flatMap((branch) => [
    ...Object.entries(branch.patternProperties ?? {}).flatMap(([pattern, field]) =>
      fieldsOf(field, `${path}.${exporterTypeOf(pattern)}/<name>`, false),
    ),
    ...(typeof branch.additionalProperties === 'object' && branch.additionalProperties.type === 'object'
      ? fieldsOf(branch.additionalProperties, `${path}.<name>`, false)
      : []),
  ]);
  const items = branches.flatMap((branch) =>
    branch.items?.properties === undefined ? [] : fieldsOf(branch.items, `${path}[]`, false),
  );
  return [...own, ...named, ...chosen, ...items];
}

/** The type of exporter whose names a pattern takes. */
function exporterTypeOf(pattern: string): string {
  if (pattern.startsWith('^file')) return 'file';
  return pattern.startsWith('^otlp_?http') ? 'otlp_http' : 'otlp_grpc';
}

/** False for maps whose fields have rows of their own. */
function isValue({ type, properties, patternProperties, additionalProperties }: JsonSchema): boolean {
  if (type !== 'object') return true;
  const holdsMaps = typeof additionalProperties === 'object' && additionalProperties.type === 'object';
  return properties === undefined && patternProperties === undefined && !holdsMaps;
}

function fieldRow({ path, schema, required }: Field): string {
  const byDefault = required ? '(required)' : schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${path}\` | ${typeText(schema)} | ${byDefault} | ${schema.description ?? ''} |`;
}

function typeText(schema: JsonSchema): string {
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf?.some(({ type }) => type === 'boolean')) return 'flag';
  if (schema.anyOf !== undefined)
    return [...new Set(schema.anyOf.map(({ type }) => (type === 'object' ? 'map' : String(type))))].join(' or ');
  if (schema.type === 'array') return 'list';
  // A number or a flag may also come as text, from the environment; its reader need not know.
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  return type === 'object' ? 'map' : type === 'string' ? 'text' : type === 'boolean' ? 'flag' : String(type);
}
