import type { Repricing } from '@costspan/collector-processor';

/** Which entries are meant. */
export type Where = (entry: Pick<Repricing, 'item' | 'fact'>) => boolean;

type Read = (entry: Parameters<Where>[0]) => string | undefined;

const fields: Readonly<Record<string, Read>> = {
  tenant: ({ fact }) => fact.tenant,
  type: ({ item }) => item?.type,
  item: ({ item }) => item?.id,
  category: ({ fact }) => fact.observation.category,
  provider: ({ fact }) => fact.observation.provider,
  model: ({ fact }) => fact.observation.model,
  agent: ({ fact }) => fact.observation.agent,
  status: ({ fact }) => fact.observation.receipt.status,
  role: ({ fact }) => fact.observation.human?.role,
  book: ({ fact }) => fact.observation.receipt.book.version,
};

/** Reads conditions like `provider=openai`, all of which have to hold. Throws for one that cannot be read. */
export function parseWhere(conditions: readonly string[]): Where {
  const checks = conditions.map((condition) => {
    const [, name = '', value = ''] = /^([\w.-]+)=(.*)$/s.exec(condition) ?? [];
    const read = fields[name];
    if (read === undefined) {
      throw new Error(
        `--where: expected name=value with one of ${Object.keys(fields).join(', ')}, found ${JSON.stringify(condition)}`,
      );
    }
    return (entry: Parameters<Where>[0]): boolean => read(entry) === value;
  });
  return (entry) => checks.every((check) => check(entry));
}
