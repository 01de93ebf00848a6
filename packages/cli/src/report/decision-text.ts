import type { AuditedEvent } from '@costspan/collector-processor';
import { grouped } from './amount-text.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';
import { durationText } from './time-text.ts';

/** A decision as cells of the path: category, step, provider and model, status, cost. It costs nothing itself. */
export function decisionCells(event: AuditedEvent): readonly string[] {
  const budget = part(event, 'name');
  const decided = part(event, 'decision') ?? 'decided';
  const kind = event.name.slice(event.name.lastIndexOf('.') + 1);
  const step =
    budget === undefined ? safeText(event.name, nameCharactersMax) : `${decided} ${safeText(budget, nameCharactersMax)}`;
  return [safeText(kind, nameCharactersMax), step, '', '', ''];
}

/** How much it was about, what was taken and set aside by then, and why, in full digits. */
export function decisionDetails(event: AuditedEvent): readonly string[] {
  const currency = part(event, 'currency') ?? '';
  const amount = (key: string, words: string): readonly string[] => {
    const text = part(event, key);
    return text === undefined ? [] : [`${words} ${grouped(safeText(text))} ${currency}`.trim()];
  };
  const milliseconds = (key: string, words: string): readonly string[] => {
    const text = part(event, key);
    return text === undefined || !/^\d{1,15}$/.test(text) ? [] : [`${words} ${durationText(BigInt(text) * 1_000_000n)}`];
  };
  const scope = part(event, 'scope');
  const approval = part(event, 'approval_id');
  const facts = [
    ...amount('amount', 'amount'),
    ...amount('committed', 'committed'),
    ...amount('reserved', 'reserved'),
    ...amount('limit', 'limit'),
    ...milliseconds('elapsed_ms', 'worked'),
    ...milliseconds('limit_ms', 'limit'),
  ];
  const about = [
    ...(scope === undefined ? [] : [`for ${safeText(scope)}`]),
    ...(approval === undefined ? [] : [`approval ${safeText(approval)}`]),
    `trace ${event.traceId} span ${event.spanId}`,
  ];
  const reason = part(event, 'reason');
  return [
    ...(facts.length === 0 ? [] : [facts.join(', ')]),
    ...(reason === undefined ? [] : [safeText(reason)]),
    about.join(' · '),
  ];
}

function part({ attributes }: AuditedEvent, key: string): string | undefined {
  return attributes[`costspan.budget.${key}`];
}
