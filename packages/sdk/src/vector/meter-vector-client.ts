import type { WrapParts } from '../wrap/wrap-function.ts';
import { createDeriveVector } from './derive-vector.ts';
import { createMeterVector } from './meter-vector.ts';
import { vectorLibraries } from './vector-libraries.ts';

/** A metered stand-in for `client`, or undefined when it is of no vector database that is known. */
export const meterVectorClient = <T extends object>(
  parts: WrapParts,
  client: T,
  options: { readonly provider?: string },
): T | undefined => {
  for (const { system, provider = system, clients } of vectorLibraries) {
    const found = clients.find(({ has }) => has.every((path) => hasMember(client, path)));
    if (found === undefined) continue;
    const meter = createMeterVector(parts, { system, provider: options.provider ?? provider });
    return createDeriveVector(meter)(client, found.shape);
  }
  return undefined;
};

/** Whether there is something at `path`, such as `collections.use`. Getters on the way are asked, methods are not called. */
const hasMember = (client: object, path: string): boolean => {
  let current: unknown = client;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !(key in current)) return false;
    current = Reflect.get(current, key);
  }
  return true;
};
