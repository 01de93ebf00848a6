import { join, relative } from 'node:path';
import { pythonExample } from '../python/install.ts';

/** The packages with an embedded ClickHouse, as `pythonWith` takes them. */
export const clickhouseRequirements: string = relative(pythonExample, join(import.meta.dirname, 'requirements.txt'));
