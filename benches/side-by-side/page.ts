import { cpus, release } from 'node:os';
import type { CostShare } from '../serve/payload.ts';
import type { Contender } from './contenders.ts';
import { calmSpansPerSecond, type Round } from './measure.ts';

/** The medians of one contender. */
export type Result = { readonly contender: Contender; readonly median: Round };

/** What was measured for one kind of traffic. */
export type Comparison = { readonly share: CostShare; readonly results: readonly Result[] };

const shareText: Readonly<Record<CostShare, string>> = {
  tenth: 'A tenth of the spans bears cost, as in most traces of agents',
  all: 'Every span bears cost',
};

/** The page of the documentation: what was compared, how, and the figures. */
export function performancePage(
  comparisons: readonly Comparison[],
  how: { readonly rounds: number; readonly seconds: number },
): string {
  const contenders = comparisons[0]?.results.map(({ contender }) => contender) ?? [];
  return `<!-- Written by \`node --conditions=costspan-source benches/side-by-side.ts --write\`. Do not edit. -->

# Performance, side by side

What one hop costs: the same requests through an OpenTelemetry Collector and through Costspan, in one run on one machine. Look at
the ratios; times depend on the machine. This one: ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Linux ${release()}, Node ${process.versions.node}.

| | what it does with a request |
| --- | --- |
${contenders.map(({ name, does }) => `| ${name} | ${does} |`).join('\n')}

All four take OTLP over HTTP in protobuf without compression, send it on in the same way to the same destination, and answer when the
destination has answered. The Collector runs without queue, batches and other processors, the way it is fastest; it is built
from [integration/collector/manifest.yaml](../integration/collector/manifest.yaml). Requests have 512 spans of about 28
attributes and 1.5 KB, on four connections. Load and destination are processes of their own and not counted. Costspan gets new
traces and calls in every request, because a ledger has little to do with spans it knows.

What is _not_ the same: the Collector decodes every span into objects, which any of its processors can then change; Costspan
reads bytes and changes what it has to. Setting two constants is less work than pricing. So this is no contest of two engines: it
says what it costs to have costs, in a unit that people who run Collectors know.

${comparisons.map(comparisonText).join('\n')}
Processor time is that of all threads of the process, garbage collection included, over the spans that were acknowledged. Spans a
second are what the cores had left beside load and destination, so processor time is the figure to compare.
Memory is the most that was resident. Delays are from the first byte of a request of 512 spans to its answer, at
${thousands(calmSpansPerSecond)} spans a second for everyone. Medians of ${how.rounds} rounds of ${how.seconds} s, the contenders taking turns.

Run it: \`node --conditions=costspan-source benches/side-by-side.ts\` prints the tables, \`--write\` writes this page. It needs Go for the
Collector, and the packages built.
`;
}

function comparisonText({ share, results }: Comparison): string {
  const base = results[0]?.median.cpuMicrosPerSpan ?? 1;
  const rows = results.map(({ contender, median }) => {
    const { cpuMicrosPerSpan, spansPerSecond, residentMebibytesMax, delayMsMedian, delayMsP99 } = median;
    const cells = [
      contender.name,
      `${cpuMicrosPerSpan.toFixed(1)} µs`,
      `${(cpuMicrosPerSpan / base).toFixed(2)}`,
      thousands(spansPerSecond),
      `${Math.round(residentMebibytesMax)} MiB`,
      `${delayMsMedian.toFixed(1)} ms`,
      `${delayMsP99.toFixed(1)} ms`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `## ${shareText[share]}

| | processor time a span | ratio | spans a second | memory | delay, median | delay, p99 |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
