import { createFanOut, type FanOut } from '../exporters/fan-out.ts';
import type { OpenExporters } from '../exporters/open-exporters.ts';
import type { OutFile } from './out-file.ts';

/** Files that take what would be sent. */
export type Outs = { readonly traces?: OutFile; readonly records?: OutFile };

/** The output files in the place of the configured destinations. */
export function outExporters({ traces, records }: Outs): OpenExporters {
  const fanOutTo = (out: OutFile | undefined): FanOut =>
    createFanOut({
      required: out === undefined ? [] : [out.exporter],
      queued: [],
      acknowledgeWithinMs: 0,
      metrics: { sent: () => undefined, sendFailed: () => undefined, itemsRejected: () => undefined },
      noteHealth: () => undefined,
      onDropped: () => undefined,
    });
  const nowhere = fanOutTo(undefined);
  return {
    fanOuts: { traces: fanOutTo(traces), logs: nowhere, metrics: nowhere },
    // The file is the operator's own: what destinations must not see is for destinations.
    sendRecords:
      records &&
      (({ bodyOf, itemCount }, abort) => fanOutTo(records).deliver({ signal: 'logs', body: bodyOf([]), itemCount }, abort)),
    sendEntries: undefined,
    sendMetrics: new Map(),
    queueBytes: () => ({}),
    close: async () => undefined,
  };
}
