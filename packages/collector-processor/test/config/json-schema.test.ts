import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/load.ts';
import { starterConfig } from '../../src/config/starter.ts';

const schemas = new URL('../../../semconv/schemas/', import.meta.url);
const fixture = readFileSync(new URL('fixtures/config.json', schemas), 'utf8');
const validate = new Ajv2020({ allowUnionTypes: true }).compile(configJsonSchema());

test('the file beside the other schemas is this schema', () => {
  const { $comment, title, ...schema } = JSON.parse(readFileSync(new URL('config.schema.json', schemas), 'utf8'));
  expect([$comment, title]).toEqual([expect.stringContaining('Do not edit'), 'Costspan configuration']);
  expect(schema).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test.each([
  ['the fixture', fixture],
  ['the starter file', starterConfig],
  ['an empty map', '{}'],
  ['values from the environment', '{pricing: {catalog: "true"}, exporters: {file/a: {path: a, rotation: {max_megabytes: "7"}}}}'],
])('%s is valid for editors and for the processor', (_, text) => {
  expect(parseConfig(text, {})).toMatchObject({ kind: 'ok' });
  expect(validate(parse(text))).toBe(true);
});

test.each([
  '{recordz: {}}',
  '{ledger: {files: a}}',
  '{exporters: {kafka: {}}}',
  '{exporters: {otlp_http: {timeoutt: 3s}}}',
  '{records: {interval: 3}}',
])('%s is valid for neither', (text) => {
  expect(parseConfig(text, {}).kind).toBe('invalid');
  expect(validate(parse(text))).toBe(false);
});
