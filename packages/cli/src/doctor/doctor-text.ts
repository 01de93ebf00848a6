import type { ExplainedSpan } from '@costspan/collector-processor';
import { type Column, plainTable } from '../report/plain-table.ts';
import { nameCharactersMax, safeText } from '../report/safe-text.ts';
import { examine, type Findings, type ScopeFinding } from './examine.ts';
import { explainReason } from './explain-reason.ts';
import { spanText } from './span-text.ts';
import type { Verdict } from './verdict.ts';

export type DoctorTextOptions = {
  /** Whether spans that no dialect recognises are shown one by one too. */
  readonly withOrdinary: boolean;
};

/** The explanations for people: span by span, then what they have in common, which a terminal shows last. */
export function* doctorText(spans: readonly ExplainedSpan[], { withOrdinary }: DoctorTextOptions): Iterable<string> {
  const spanIds = new Map(
    spans.flatMap(({ fact }) => (fact.observation === undefined ? [] : [[fact.observation.entryId, fact.spanId] as const])),
  );
  for (const span of spans) {
    if (saysNothing(span) && !withOrdinary) continue;
    yield `${spanText(span, (entryId) => spanIds.get(entryId))}\n\n`;
  }
  const findings = examine(spans);
  yield `${scopesText(findings)}\n`;
  const reasons = reasonsTable(findings);
  if (reasons !== '') yield `\n${reasons}\n`;
  const duplicates = duplicatesText(findings);
  if (duplicates !== '') yield `\n${duplicates}\n`;
  for (const line of samplingLines(findings)) yield `\n${line}\n`;
}

/** Whether nothing on a span that bears no cost was of any interest. */
function saysNothing({ dialect, fact, read }: ExplainedSpan): boolean {
  return dialect === undefined || (fact.observation === undefined && read.length === 0);
}

const counts: ReadonlyArray<readonly [head: string, verdicts: readonly Verdict[]]> = [
  ['priced', ['priced']],
  ['estimated', ['estimated']],
  ['not priced', ['unpriced', 'unidentified']],
  ['not billed', ['not_billed']],
  ['repeated', ['sum', 'duplicate']],
  ['no cost', ['no_cost', 'ordinary']],
];

function scopesText({ scopes }: Findings): string {
  if (scopes.length === 0) return 'No spans in what was read: trace requests of OTLP have them under `resourceSpans`.';
  const columns: readonly Column[] = [
    { head: 'scope' },
    { head: 'version' },
    { head: 'read by' },
    { head: 'spans', align: 'right' },
    ...counts.map(([head]): Column => ({ head, align: 'right' })),
  ];
  return `By instrumentation\n${plainTable(columns, scopes.map(scopeRow))}`;
}

function scopeRow({ scopeName, scopeVersion, dialect, spans, verdicts }: ScopeFinding): readonly string[] {
  return [
    scopeName === '' ? '(none)' : safeText(scopeName, nameCharactersMax),
    safeText(scopeVersion, nameCharactersMax),
    dialect ?? '(ordinary)',
    String(spans),
    ...counts.map(([, summed]) => String(summed.reduce((sum, verdict) => sum + (verdicts[verdict] ?? 0), 0))),
  ];
}

function duplicatesText({ possibleDuplicates }: Findings): string {
  if (possibleDuplicates.length === 0) return '';
  const columns: readonly Column[] = [{ head: 'answer' }, { head: 'span' }, { head: 'in trace' }, { head: 'scope' }];
  const rows = possibleDuplicates
    .slice(0, possibleDuplicatesShown)
    .flatMap(({ callId, spans }) =>
      spans.map(({ fact, scopeName }, index) => [
        index === 0 ? safeText(callId, nameCharactersMax) : '',
        fact.spanId,
        fact.traceId,
        safeText(scopeName, nameCharactersMax),
      ]),
    );
  const more = possibleDuplicates.length - possibleDuplicatesShown;
  return `Possible duplicates: ${possibleDuplicates.length === 1 ? 'one answer is' : `${possibleDuplicates.length} answers are`} counted in several traces
Two instrumentations report the call and share no trace. Put a span around it, or switch one of them off.
${plainTable(columns, rows)}${more > 0 ? `\nand ${more} more; --json names all` : ''}`;
}

function samplingLines({ sampledSpans, tracesWithoutRoot }: Findings): readonly string[] {
  const sampled = `Sampled input: ${sampledSpans === 1 ? 'one span' : `${sampledSpans} spans`} with cost ${sampledSpans === 1 ? 'is' : 'are'} of traces that a sampler chose. What the dropped ones cost is unknown:
send to costspan before sampling, or use the sampler of @costspan/sdk, which keeps every span with cost.`;
  const rootless = `No root: ${tracesWithoutRoot === 1 ? 'one trace' : `${tracesWithoutRoot} traces`} with cost ${tracesWithoutRoot === 1 ? 'has' : 'have'} no span without a parent in these files. A part may be sampled, filtered or
sent elsewhere; an item that only a missing span names gets none of the cost.`;
  return [...(sampledSpans > 0 ? [sampled] : []), ...(tracesWithoutRoot > 0 ? [rootless] : [])];
}

/** Answers named for people; more of them say the same. */
const possibleDuplicatesShown = 5;

function reasonsTable({ reasons }: Findings): string {
  if (reasons.length === 0) return '';
  const columns: readonly Column[] = [{ head: 'reason' }, { head: 'spans', align: 'right' }, { head: 'what it means' }];
  const rows = reasons.map(({ reason, spans }) => [safeText(reason), String(spans), explainReason(reason)]);
  return `Why costs are unknown, assumed or nothing\n${plainTable(columns, rows)}`;
}
