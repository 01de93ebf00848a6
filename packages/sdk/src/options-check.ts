import { CostspanError, type CostspanErrorCode, shown } from './errors.ts';

/** A test of one field, what was expected if it fails, and what to do about it. */
export type FieldCheck = readonly [accepts: (value: unknown) => boolean, expected: string, advice: string];

/**
 * Throws a CostspanError for the first field of `value` that is unknown or refused. A field that is undefined counts as
 * left out. `where` is the call, as in `createCostspan`.
 */
export const checkFields = (
  where: string,
  value: unknown,
  checks: Readonly<Record<string, FieldCheck>>,
  code: CostspanErrorCode = 'option-invalid',
): void => {
  const known = Object.keys(checks).join(', ');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CostspanError({
      code,
      where,
      problem: 'expected an object',
      found: shown(value),
      advice: `known fields are ${known}`,
    });
  }
  for (const [field, found] of Object.entries(value)) {
    const check = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (check === undefined) {
      throw new CostspanError({
        code: code === 'option-invalid' ? 'option-unknown' : code,
        where: `${where}: ${field}`,
        problem: 'unknown field',
        advice: `known fields are ${known}`,
      });
    }
    const [accepts, problem, advice] = check;
    if (found !== undefined && !accepts(found)) {
      throw new CostspanError({ code, where: `${where}: ${field}`, problem, found: shown(found), advice });
    }
  }
};

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** The check of an option `provider`. */
export const providerCheck: FieldCheck = [isText, 'expected the name of a provider', 'write it like "openai"'];

/** The check of an option `itemOf`. */
export const itemOfCheck: FieldCheck = [
  (value) => typeof value === 'function',
  'expected a function of the custom_id',
  'write it like (customId) => ({ type: "ticket", id: customId })',
];
