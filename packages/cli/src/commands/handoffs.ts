import {
  type LedgerReader,
  type OpenHandoff,
  openHandoffJson,
  openHandoffOf,
  openLedgerReader,
} from '@costspan/collector-processor';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { plainTable } from '../report/plain-table.ts';
import { safeText } from '../report/safe-text.ts';
import { durationText, timeText } from '../report/time-text.ts';
import { defaultLedgerFile } from './report.ts';

type HandoffsFlags = { readonly ledger: string; readonly expired?: boolean; readonly json?: boolean };

/** Adds `costspan handoffs`. */
export function registerHandoffsCommand(program: Command): void {
  program
    .command('handoffs')
    .description('Handoffs that nobody has finished: which item waits for whom, how long already, and until when.')
    .option('--ledger <file>', 'ledger file', defaultLedgerFile)
    .option('--expired', 'only those whose token is refused by now: hand the item off again')
    .option('--json', 'JSON lines')
    .action(runHandoffs);
}

async function runHandoffs({ ledger, expired, json }: HandoffsFlags): Promise<void> {
  const { stdout } = processStreams();
  const reader = openLedgerReader(ledger);
  try {
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const wanted = openHandoffs(reader, nowNs).filter(({ isExpired }) => expired !== true || isExpired);
    await writeText(stdout, json === true ? jsonText(wanted) : tableText(wanted, nowNs));
  } finally {
    reader.close();
  }
}

function tableText(handoffs: readonly OpenHandoff[], nowNs: bigint): string {
  if (handoffs.length === 0) return 'No handoff is open.\n';
  const columns = ['item', 'role', 'opened (UTC)', 'waiting', 'until (UTC)', 'handoff'].map((head) => ({ head }));
  const rows = handoffs.map(({ id, item, role, openedAtNs, expiresAtNs, isExpired }) => [
    item === undefined ? 'unattributed' : safeText(`${item.type}/${item.id}`),
    safeText(role),
    timeText(openedAtNs),
    durationText(nowNs > openedAtNs ? nowNs - openedAtNs : 0n),
    expiresAtNs === undefined ? 'unknown' : `${timeText(expiresAtNs)}${isExpired ? ', expired' : ''}`,
    safeText(id),
  ]);
  return `${plainTable(columns, rows)}\n`;
}

function jsonText(handoffs: readonly OpenHandoff[]): string {
  return handoffs.map((handoff) => `${JSON.stringify(openHandoffJson(handoff))}\n`).join('');
}

/** All that are open at `nowNs`, those that wait longest first. */
function openHandoffs(reader: LedgerReader, nowNs: bigint): readonly OpenHandoff[] {
  const entries = reader.openHandoffs({ foundMax: Infinity, lookedAtMax: Number.MAX_SAFE_INTEGER })?.entries ?? [];
  const open = entries.map((entry) => openHandoffOf(entry, nowNs));
  return open.sort((left, right) => Number(left.openedAtNs - right.openedAtNs) || (left.id < right.id ? -1 : 1));
}
