import { recordJson } from '@costspan/ledger';
import type { ApiAnswer, ApiOptions, ApiRequest } from './api.ts';

/**
 * `GET /v1/work-items/{tenant}/{type}/{id}`: what the item is known to cost by now. Of another tenant's item a sender learns
 * no more than of one that does not exist.
 */
export async function workItemPage({ path, sender }: ApiRequest, { ledger }: ApiOptions): Promise<ApiAnswer> {
  const [tenant, type, id] = path.split('/').slice(3).map(decoded);
  const unknown: ApiAnswer = { status: 404, json: { message: 'this ledger knows no such work item' } };
  if (tenant === undefined || type === undefined || id === undefined) return unknown;
  if (sender.tenant !== undefined && sender.tenant !== tenant) return unknown;
  const record = await ledger.record({ tenant, type, id });
  if (record === undefined) return unknown;
  return {
    status: 200,
    headers: { etag: `"${record.emitter}/${record.revision}"`, 'cache-control': 'no-cache' },
    json: { ...recordJson(record), final: record.state === 'closed' },
  };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
