import { randomUUID } from 'node:crypto';
import { problemsOfEntry } from '@costspan/collector-processor';
import type { Command } from 'commander';
import { type EntryJson, pairs } from '../entries/entry.ts';
import { type SendFlags, sendEntries } from '../entries/send-entries.ts';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { defaultEndpoint } from './import.ts';

type AddFlags = SendFlags & {
  readonly item: string;
  readonly tenant?: string;
  readonly at?: string;
  readonly key?: string;
  readonly outcome?: string;
  readonly role?: string;
  readonly minutes?: string;
  readonly decision?: string;
  readonly sku?: string;
  readonly usage: readonly string[];
  readonly cost?: string;
  readonly currency: string;
  readonly category?: string;
  readonly agent?: string;
  readonly dimension: readonly string[];
};

const each = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `costspan add`. */
export function registerAddCommand(program: Command): void {
  program
    .command('add')
    .description('Say from a shell what a work item cost besides what was traced, or how it ended.')
    .requiredOption('--item <type/id>', 'work item, such as ticket/T-42')
    .option('--tenant <tenant>', 'whose item it is')
    .option('--at <instant>', 'when it happened, such as 2026-06-01T12:00:00Z; default: now')
    .option('--key <text>', 'what makes saying it again the same, with --at; default: each call is new')
    .option('--outcome <outcome>', 'how the item ended')
    .option('--role <role>', 'person who worked on it, with --minutes')
    .option('--minutes <minutes>', 'touch time, such as 7.5')
    .option('--decision <decision>', 'what the person decided')
    .option('--sku <provider/name>', 'what was used, with --usage')
    .option('--usage <unit=quantity>', 'such as tool_calls=3, repeatable', each, [])
    .option('--cost <amount>', 'a cost as stated elsewhere, with --category')
    .option('--currency <code>', 'of --cost', 'USD')
    .option('--category <category>', 'what kind of cost')
    .option('--agent <agent>', 'agent that caused it')
    .option('--dimension <key=value>', 'repeatable', each, [])
    .option('--endpoint <url>', 'service to send to; its key is taken from COSTSPAN_API_KEY', defaultEndpoint)
    .option('--ledger <file>', 'write to this ledger file instead; no service may have it open')
    .option('-c, --config <file>', 'configuration with the price books, for --ledger')
    .action(runAdd);
}

async function runAdd(flags: AddFlags): Promise<void> {
  const { stdout } = processStreams();
  const entry = entryOf(flags);
  const [problem] = problemsOfEntry(entry);
  if (problem !== undefined) throw new Error(`add: ${problem.where === '' ? '' : `${problem.where}: `}${problem.problem}`);
  const { repeated } = await sendEntries([entry], flags);
  await writeText(stdout, `${flags.item}: ${repeated === 0 ? 'added' : 'was known before; nothing changed'}\n`);
}

function entryOf(flags: AddFlags): EntryJson {
  const at = flags.item.indexOf('/');
  if (at < 1) throw new Error(`--item: expected type/id, such as ticket/T-42, found ${JSON.stringify(flags.item)}`);
  if ((flags.role === undefined) !== (flags.minutes === undefined))
    throw new Error('--role: expected it together with --minutes');
  // When it happened is a part of what is said: now would be something else each time.
  if (flags.key !== undefined && flags.at === undefined)
    throw new Error('--key: expected it together with --at, so that saying it again is the same');
  const usage = pairs('--usage', flags.usage);
  const dimensions = pairs('--dimension', flags.dimension);
  return {
    idempotency_key: flags.key === undefined ? `add/${randomUUID()}` : `add/${flags.key}`,
    item: { type: flags.item.slice(0, at), id: flags.item.slice(at + 1) },
    at: flags.at ?? new Date().toISOString(),
    ...given('tenant', flags.tenant),
    ...given('outcome', flags.outcome),
    ...(flags.role === undefined
      ? {}
      : { human: { role: flags.role, touch: { minutes: flags.minutes }, ...given('decision', flags.decision) } }),
    ...given('sku', flags.sku),
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(flags.cost === undefined ? {} : { cost: { amount: flags.cost, currency: flags.currency } }),
    ...given('category', flags.category),
    ...given('agent', flags.agent),
    ...(Object.keys(dimensions).length === 0 ? {} : { dimensions }),
  };
}

function given(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}
