import { parseConfig, type Service, serve } from '@costspan/collector-processor';

/** A Costspan service in this process, with a ledger in memory. */
export const startProcessor = async (): Promise<Service & AsyncDisposable> => {
  const loaded = parseConfig("ledger: { file: ':memory:' }", {}, { endpoint: '127.0.0.1:0' });
  if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.issues));
  const service = await serve({ config: loaded.config });
  return { ...service, [Symbol.asyncDispose]: service.close };
};

/** What its ledger knows of an item, as its HTTP API tells it. */
export const recordOf = async ({ url }: Service, type: string, id: string): Promise<Readonly<Record<string, unknown>>> => {
  const response = await fetch(`${url}/v1/work-items/default/${type}/${id}`);
  return (await response.json()) as Readonly<Record<string, unknown>>;
};
