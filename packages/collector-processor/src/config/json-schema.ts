import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The parts of JSON Schema that the configuration's schema uses. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly required?: readonly string[];
};

/** The JSON Schema of the configuration file, for editors and for the reference page. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
}

/** The schema of the value at a path, or undefined where nothing is described. */
function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  for (const one of [schema, ...(schema.anyOf ?? [])]) {
    const next = typeof key === 'number' ? one.items : memberOf(one, String(key));
    const found = next === undefined ? undefined : schemaAt(next, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Keys the map at a path may have. */
export function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, path);
  return [found, ...(found?.anyOf ?? [])].flatMap((one) => Object.keys(one?.properties ?? {}));
}

function memberOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const named = schema.properties?.[key];
  if (named !== undefined) return named;
  const pattern = Object.entries(schema.patternProperties ?? {}).find(([source]) => new RegExp(source).test(key));
  if (pattern !== undefined) return pattern[1];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
