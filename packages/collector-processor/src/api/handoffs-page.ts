import { optional } from '../optional.ts';
import { openLedgerReader } from '../store/ledger-reader.ts';
import type { HandoffPage, HandoffPageOptions } from '../store/open-handoffs.ts';
import type { ApiAnswer, ApiOptions, ApiRequest } from './api.ts';
import { handoffsLookedAtMax, handoffsPerPageMax } from './limits.ts';
import { openHandoffJson, openHandoffOf } from './open-handoff.ts';

/** `GET /v1/handoffs`: what nobody has finished, of the sender's tenant, some at a time. */
export async function handoffsPage({ query, sender }: ApiRequest, { clock, ledgerFile }: ApiOptions): Promise<ApiAnswer> {
  if (ledgerFile === undefined) {
    return { status: 404, json: { message: 'the ledger is in memory; handoffs are listed from a file, see ledger.file' } };
  }
  const unknown = [...query.keys()].find((name) => !fields.includes(name));
  if (unknown !== undefined) return refusal(400, unknown, `expected one of ${fields.join(', ')}`);
  const limit = Number(query.get('limit') ?? handoffsPerPageMax);
  if (!Number.isInteger(limit) || limit < 1 || limit > handoffsPerPageMax) {
    return refusal(400, 'limit', `expected a whole number from 1 to ${handoffsPerPageMax}`);
  }
  const wanted = query.get('tenant') ?? undefined;
  if (sender.tenant !== undefined && wanted !== undefined && wanted !== sender.tenant) {
    return refusal(403, 'tenant', 'the key that was sent reads another tenant');
  }
  const page = readPage(ledgerFile, {
    ...{ foundMax: limit, lookedAtMax: handoffsLookedAtMax },
    ...optional('after', query.get('after') ?? undefined),
    ...optional('tenant', sender.tenant ?? wanted),
  });
  if (page === undefined) return refusal(400, 'after', 'expected "next" of the answer before');
  const nowNs = clock.nowNs();
  const handoffs = page.entries.map((entry) => openHandoffJson(openHandoffOf(entry, nowNs)));
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    json: { handoffs, ...optional('next', page.next) },
  };
}

const fields: readonly string[] = ['after', 'limit', 'tenant'];

function refusal(status: number, where: string, problem: string): ApiAnswer {
  return { status, json: { message: `${where}: ${problem}`, problems: [{ where, problem }] } };
}

function readPage(file: string, options: HandoffPageOptions): HandoffPage | undefined {
  const reader = openLedgerReader(file);
  try {
    return reader.openHandoffs(options);
  } finally {
    reader.close();
  }
}
