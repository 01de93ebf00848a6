import { readFile } from 'node:fs/promises';
import { CostspanError } from './errors.ts';

/** Reads a PEM file that a field of the configuration names. */
export async function readPem(field: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError(
      'file-unreadable',
      `${field}: ${path} cannot be read (${reason}); check the path and its permissions`,
    );
  }
}
