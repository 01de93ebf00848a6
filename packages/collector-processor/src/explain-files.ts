import { type Decision, decideTrace, type SpanFact } from '@costspan/ledger';
import type { Config } from './config/config.ts';
import { CostspanError } from './errors.ts';
import { loadReadingFiles, readingConfig } from './meter-config.ts';
import { type FileRequest, readRequests } from './offline/read-requests.ts';
import { rewriteTraces } from './otlp/rewrite-traces.ts';
import { createExplain, type Explain, type SpanExplanation } from './stages/explain.ts';
import { EXPLAINED_SPANS_MAX } from './stages/limits.ts';
import { toProtobuf } from './wire-codecs.ts';

/** A span of a file, and what is decided about it once all spans of its trace are there. */
export type ExplainedSpan = SpanExplanation & {
  /** File, and line where the file has one request per line. */
  readonly where: string;
  /** Whose cost it is and what excludes it; absent where the span bears no cost or has no valid id. */
  readonly decision?: Decision;
};

/**
 * Explains every span of some files of trace requests, in their order: what is read from which key, what it costs, and what
 * is decided about it. Nothing is kept. Rejects with a {@link CostspanError} that lists every request that is not OTLP.
 */
export async function explainFiles(config: Config, files: readonly string[]): Promise<readonly ExplainedSpan[]> {
  const explain = createExplain({
    ...readingConfig(config, config.trust),
    rewriteTraces,
    ...(await loadReadingFiles(config)),
  });
  const spans: ExplainedSpan[] = [];
  const problems: string[] = [];
  for (const file of files) {
    for await (const request of readRequests(file)) {
      const explained = explainRequest(request, explain);
      if (explained.kind === 'problem') problems.push(explained.problem);
      else for (const span of explained.spans) spans.push({ ...span, where: request.where });
      if (spans.length > EXPLAINED_SPANS_MAX) {
        throw new CostspanError(
          'input-invalid',
          `${request.where}: more than ${EXPLAINED_SPANS_MAX} spans so far; explain fewer files at once`,
        );
      }
    }
  }
  if (problems.length > 0) throw new CostspanError('input-invalid', problems.join('\n'));
  return withDecisions(spans, config.pricing.currency);
}

type ExplainedRequest =
  | { readonly kind: 'ok'; readonly spans: readonly SpanExplanation[] }
  | { readonly kind: 'problem'; readonly problem: string };

function explainRequest({ where, encoding, body }: FileRequest, explain: Explain): ExplainedRequest {
  const read = encoding === 'json' ? toProtobuf('traces', body) : { kind: 'ok' as const, body };
  const explained = read.kind === 'ok' ? explain(read.body, {}) : read;
  if (explained.kind === 'ok') return explained;
  const at = explained.offset === undefined ? '' : ` at byte ${explained.offset}`;
  return { kind: 'problem', problem: `${where}: ${explained.where}${at}: ${explained.problem}` };
}

/** Decides trace by trace, as the ledger does once nothing more is waited for. Spans that nothing identifies are left out. */
function withDecisions(spans: readonly ExplainedSpan[], currency: string): readonly ExplainedSpan[] {
  const traces = new Map<string, SpanFact[]>();
  for (const { fact } of spans) {
    if (fact.traceId === '' || fact.spanId === '') continue;
    const trace = traces.get(traceOf(fact));
    if (trace === undefined) traces.set(traceOf(fact), [fact]);
    else trace.push(fact);
  }
  const decisions = new Map<string, Decision>();
  for (const facts of traces.values()) {
    for (const { fact, decision } of decideTrace(facts, { currency, sumsStand: true }).spans)
      decisions.set(spanOf(fact), decision);
  }
  return spans.map((span) => {
    const decision = decisions.get(spanOf(span.fact));
    return decision === undefined ? span : { ...span, decision };
  });
}

const traceOf = ({ tenant, traceId }: SpanFact): string => `${traceId}\n${tenant}`;
const spanOf = (fact: SpanFact): string => `${fact.spanId}\n${traceOf(fact)}`;
