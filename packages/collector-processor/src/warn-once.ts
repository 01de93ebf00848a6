import type { Logger } from './logger.ts';

/** Writes a warning the first time it is called, and nothing after that: metrics say how often. */
export function warnOnce(logger: Logger, message: string): () => void {
  let isSaid = false;
  return () => {
    if (!isSaid) logger.warn(message);
    isSaid = true;
  };
}
