import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Collects garbage, and lets the callbacks of what was collected run. */
export const collectGarbage = async (): Promise<void> => {
  gc();
  await new Promise((resolve) => setImmediate(resolve));
};
