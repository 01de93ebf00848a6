import type { CollectorFile, CollectorFinding } from './collector-file.ts';
import { typeOf } from './cost-exporters.ts';

/** What to change so that the cost of a span is taken before something can leave the span out or lose it. */
export function checkOrder(file: CollectorFile, exporter: string): readonly CollectorFinding[] {
  const pipelines = pipelinesTo(file, exporter);
  const before = [...upstreamOf(file, pipelines)];
  return before.flatMap((pipeline) =>
    file.texts('service', 'pipelines', pipeline, 'processors').flatMap((processor, index) => {
      const problem = problemWith(typeOf(processor), processor, exporter);
      return problem === undefined ? [] : [file.finding(['service', 'pipelines', pipeline, 'processors', index], problem)];
    }),
  );
}

/** Pipelines that end in an exporter or connector. */
export function pipelinesTo(file: CollectorFile, exporter: string): readonly string[] {
  return file
    .keys('service', 'pipelines')
    .filter((name) => file.texts('service', 'pipelines', name, 'exporters').includes(exporter));
}

/** The pipelines themselves and those that feed them through connectors. */
export function upstreamOf(file: CollectorFile, pipelines: readonly string[]): ReadonlySet<string> {
  const connectors = new Set(file.keys('connectors'));
  const found = new Set<string>();
  const visit = (pipeline: string): void => {
    if (found.has(pipeline)) return;
    found.add(pipeline);
    for (const receiver of file.texts('service', 'pipelines', pipeline, 'receivers')) {
      if (connectors.has(receiver)) for (const feeding of pipelinesTo(file, receiver)) visit(feeding);
    }
  };
  for (const pipeline of pipelines) visit(pipeline);
  return found;
}

function problemWith(type: string, processor: string, exporter: string): string | undefined {
  if (type.includes('sampl')) {
    return `${processor} comes before Costspan: what it leaves out would have no cost; move it into a pipeline of its own, beside or behind Costspan`;
  }
  if (type === 'batch' || type === 'groupbytrace') {
    const advice =
      type === 'batch'
        ? `take it out and set exporters.${exporter}.sending_queue.batch`
        : 'take it out; Costspan does not need whole traces';
    return `${processor} keeps in memory what was already acknowledged, and a Collector that is killed loses it; ${advice}`;
  }
  return undefined;
}
