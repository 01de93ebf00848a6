import { factText, isLink, parseFact, type SpanFact } from '@costspan/ledger';

/**
 * Facts of one trace of one tenant as text. Text crosses to the ledger's thread several times faster than objects, is
 * compared without being read, and is what the file keeps. A link is 32 hex digits, or 16 for a root; anything else is JSON.
 */
export type EncodedTrace = { readonly tenant: string; readonly traceId: string; readonly lines: readonly string[] };

/** Facts grouped by trace, in their order. */
export function encodeFacts(facts: readonly SpanFact[]): readonly EncodedTrace[] {
  const traces = new Map<string, { tenant: string; traceId: string; lines: string[] }>();
  for (const fact of facts) {
    const key = `${fact.traceId}${fact.tenant}`;
    const line = isLink(fact) ? fact.spanId + fact.parentSpanId : factText(fact);
    const trace = traces.get(key);
    if (trace === undefined) traces.set(key, { tenant: fact.tenant, traceId: fact.traceId, lines: [line] });
    else trace.lines.push(line);
  }
  return [...traces.values()];
}

/** The fact a line says. A link comes without name and times: nothing asks for them. */
export function decodeFact(line: string, { tenant, traceId }: Pick<EncodedTrace, 'tenant' | 'traceId'>): SpanFact {
  if (line.startsWith('{')) return parseFact(line);
  return {
    tenant,
    traceId,
    spanId: line.slice(0, spanIdCharacters),
    parentSpanId: line.slice(spanIdCharacters),
    name: '',
    startNs: 0n,
    endNs: 0n,
  };
}

const spanIdCharacters = 16;
