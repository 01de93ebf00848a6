import { waitFor } from '@costspan/testkit';
import type { Sending } from '../support/send-requests.ts';
import { entryView } from './entry-view.ts';
import { type CostspanHop, type Example, type Hop, metersText, type Topology } from './start-topology.ts';

/** What is done to a running topology while requests are on their way. */
export type Fault = {
  readonly tried: string;
  readonly example: Example;
  /** Whether the application has to send something again: only what the first hop could not take. */
  readonly isNoticed: boolean;
  /** True where traces may end up in two meters: then the entries of spans without an item of their own may differ. */
  readonly splitsTraces?: boolean;
  readonly run: (
    topology: Topology,
    send: (requests: readonly string[]) => Sending,
    requests: readonly string[],
  ) => Promise<void>;
};

type Step = (topology: Topology) => Promise<void>;

/** Does something a third and again two thirds into the traffic, and waits for its end. */
const twiceUnderLoad =
  (step: Step): Fault['run'] =>
  async (topology, send, requests) => {
    const sending = send(requests);
    for (const part of [1, 2]) {
      await sending.acknowledged(Math.floor((requests.length * part) / 3));
      await step(topology);
    }
    await sending.acknowledged(requests.length);
  };

const restart = async (signal: NodeJS.Signals, ...hops: readonly Hop[]): Promise<void> => {
  await Promise.all(hops.map((hop) => hop.stop(signal)));
  await Promise.all(hops.map((hop) => hop.start()));
};

const killCollector: Step = ({ collector }) => restart('SIGKILL', collector);
const killLedger: Step = ({ ledger }) => restart('SIGKILL', ledger);
const killBoth: Step = ({ collector, ledger }) => restart('SIGKILL', collector, ledger);
const killMeters: Step = ({ meters }) => restart('SIGKILL', ...meters);
const replaceLedger: Step = ({ ledger }) => restart('SIGTERM', ledger);

/** Meters one after the other, each out of the way before the next: the first two thirds go forward, the last go back. */
const replaceMeters: Step = async ({ meters }) => {
  for (const meter of meters) await restart('SIGTERM', meter);
};

const untilEnd: Fault['run'] = (_, send, requests) => send(requests).acknowledged(requests.length);

/** Lets the backend misbehave from a third of the traffic on, until it has refused something or was slow for all of it. */
const backendThat =
  (mood: Parameters<Topology['backend']['become']>[0]): Fault['run'] =>
  async ({ backend }, send, requests) => {
    const sending = send(requests);
    await sending.acknowledged(Math.floor(requests.length / 3));
    backend.become(mood);
    await sending.acknowledged(requests.length);
    if (mood.kind !== 'slow') await backend.until('a refusal', () => backend.refusedCount() > 0);
    backend.become({ kind: 'takes' });
  };

/** Ends the Collector while everything waits in its queue. */
const fullQueue =
  (signal: NodeJS.Signals): Fault['run'] =>
  async ({ collector, ledger }, send, requests) => {
    const sending = send(requests);
    await sending.acknowledged(Math.floor(requests.length / 3));
    await ledger.stop('SIGKILL');
    await sending.acknowledged(requests.length);
    await restart(signal, collector);
    await ledger.start();
  };

/**
 * The last meter goes for good when it has decided the first halves of its traces: their second halves wait for it in the
 * Collector's queue, and land on the other two once the Collector is told of these alone.
 */
const threeToTwo: Fault['run'] = async ({ collector, meters }, send, requests) => {
  const last = meters.at(-1) as CostspanHop;
  const middle = Math.floor(requests.length / 2);
  await send(requests.slice(0, middle)).acknowledged(middle);
  await waitFor('the meter that goes has entries', () => entryView(last.ledgerFile).entries.size > 100);
  await last.stop('SIGKILL');
  await send(requests.slice(middle)).acknowledged(requests.length - middle);
  await collector.stop('SIGKILL');
  await collector.start({ METERS: metersText(meters.slice(0, -1).map(({ grpcAddress }) => grpcAddress)) });
  // What it had acknowledged is in its outbox: its disk is given to a process once more, until it is empty.
  await last.start();
};

/** Every fault that is tried, in the order of the table in the documentation. */
export const faults: readonly Fault[] = [
  { tried: 'Nothing', example: 'side-branch', isNoticed: false, run: untilEnd },
  { tried: 'Costspan killed twice under load', example: 'side-branch', isNoticed: false, run: twiceUnderLoad(killLedger) },
  { tried: 'Collector killed twice under load', example: 'side-branch', isNoticed: true, run: twiceUnderLoad(killCollector) },
  { tried: 'Both killed twice under load, at once', example: 'side-branch', isNoticed: true, run: twiceUnderLoad(killBoth) },
  {
    tried: 'Collector restarted while Costspan is away and its queue is full of spans',
    example: 'side-branch',
    isNoticed: false,
    run: fullQueue('SIGTERM'),
  },
  {
    tried: 'Collector killed while Costspan is away and its queue is full of spans',
    example: 'side-branch',
    isNoticed: false,
    run: fullQueue('SIGKILL'),
  },
  {
    tried: 'Costspan replaced under load, and the old one put back, on the same ledger file',
    example: 'side-branch',
    isNoticed: false,
    run: twiceUnderLoad(replaceLedger),
  },
  { tried: 'Nothing', example: 'inline-hop', isNoticed: false, run: untilEnd },
  { tried: 'Costspan killed twice under load', example: 'inline-hop', isNoticed: false, run: twiceUnderLoad(killLedger) },
  { tried: 'Collector killed twice under load', example: 'inline-hop', isNoticed: true, run: twiceUnderLoad(killCollector) },
  {
    tried: 'Backend cuts every connection for two thirds of the traffic',
    example: 'inline-hop',
    isNoticed: false,
    run: backendThat({ kind: 'gone' }),
  },
  {
    tried: 'Backend answers 503 for two thirds of the traffic',
    example: 'inline-hop',
    isNoticed: false,
    run: backendThat({ kind: 'fails', status: 503 }),
  },
  {
    tried: 'Backend takes a second for every request',
    example: 'inline-hop',
    isNoticed: false,
    run: backendThat({ kind: 'slow', delayMs: 1_000 }),
  },
  {
    tried: 'Costspan replaced under load, and the old one put back, on the same ledger file',
    example: 'inline-hop',
    isNoticed: false,
    run: twiceUnderLoad(replaceLedger),
  },
  { tried: 'Nothing', example: 'gateway', isNoticed: false, run: untilEnd },
  { tried: 'All three meters killed twice under load', example: 'gateway', isNoticed: false, run: twiceUnderLoad(killMeters) },
  { tried: 'Ledger killed twice under load', example: 'gateway', isNoticed: false, run: twiceUnderLoad(killLedger) },
  { tried: 'Collector killed twice under load', example: 'gateway', isNoticed: true, run: twiceUnderLoad(killCollector) },
  {
    tried: 'Meters replaced one after the other under load, and the old ones put back',
    example: 'gateway',
    isNoticed: false,
    run: twiceUnderLoad(replaceMeters),
  },
  {
    tried: 'Three meters become two; what waited for the third is sent to the others',
    example: 'gateway',
    isNoticed: false,
    splitsTraces: true,
    run: threeToTwo,
  },
  { tried: 'Nothing', example: 'ledger-only', isNoticed: false, run: untilEnd },
  { tried: 'Ledger killed twice under load', example: 'ledger-only', isNoticed: false, run: twiceUnderLoad(killLedger) },
  { tried: 'Collector killed twice under load', example: 'ledger-only', isNoticed: false, run: twiceUnderLoad(killCollector) },
  { tried: 'Meter killed twice under load', example: 'ledger-only', isNoticed: true, run: twiceUnderLoad(killMeters) },
];
