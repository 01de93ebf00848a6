import type { z } from 'zod';
import type { ApiAnswer } from './api.ts';
import { problemsMax } from './limits.ts';

/** Something wrong with one field of a request. */
export type ApiProblem = {
  /** Path of the field, such as `entries[2].cost.amount`. */
  readonly where: string;
  readonly problem: string;
};

/** Reads a body by a schema, or makes the answer that lists what is wrong with it. */
export function readJson<Value>(
  body: Uint8Array,
  schema: z.ZodType<Value>,
): { readonly kind: 'ok'; readonly value: Value } | { readonly kind: 'refused'; readonly answer: ApiAnswer } {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return { kind: 'refused', answer: { status: 400, json: { message: 'expected JSON' } } };
  }
  const read = schema.safeParse(json);
  if (read.success) return { kind: 'ok', value: read.data };
  return {
    kind: 'refused',
    answer: refuse(
      400,
      read.error.issues.map(({ path, message }) => ({ where: pathText(path), problem: message })),
    ),
  };
}

/** The answer to a request of which nothing was taken, because of these problems. */
export function refuse(status: number, problems: readonly ApiProblem[]): ApiAnswer {
  const [first] = problems;
  const others = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  const where = first === undefined || first.where === '' ? '' : `${first.where}: `;
  return {
    status,
    json: { message: `${where}${first?.problem ?? ''}${others}; nothing was taken`, problems: problems.slice(0, problemsMax) },
  };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}
