import { errorTypeCharactersMax } from '../limits.ts';

/** `error.type` of an error: its code where it has one, else its name. Never its message, which may quote anything. */
export const errorTypeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code.slice(0, errorTypeCharactersMax);
  if ('status' in error && typeof error.status === 'number') return String(error.status);
  return error instanceof Error ? error.name : 'object';
};
