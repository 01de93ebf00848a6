// Times one wrapper against the bare client in one process: node worker.ts <wrapper> --speed <rounds>, or --memory <calls>.
import OpenAI from 'openai-6';
import { contenders } from './contenders.ts';
import { providerFetch, streamLengths } from './provider-fetch.ts';

const [name = '', mode, countText] = process.argv.slice(2);
/** Rounds in which both clients take turns: many and short, so that most find the processor for themselves. */
const rounds = Number(countText);
/** Calls before the clock starts, by which the compiler has settled. A process that lives for days pays for that once. */
const warmUps = { plain: 12_000, short: 4_000, long: 400 } as const;
const options = { apiKey: 'sk-test', baseURL: 'http://localhost/v1', fetch: providerFetch as typeof fetch };
const messages = [{ role: 'user' as const, content: 'Say something short about the weather in Oslo.' }];

const plainCall = async (client: OpenAI): Promise<void> => {
  await client.chat.completions.create({ model: 'gpt-5', messages });
};

/** A streamed call, whose caller asks for its usage or leaves that open. */
const streamedCall =
  (length: number, isAsking: boolean) =>
  async (client: OpenAI): Promise<void> => {
    const asking = isAsking ? { stream_options: { include_usage: true } } : {};
    const stream = await client.chat.completions.create({ model: 'gpt-5', messages, seed: length, stream: true, ...asking });
    for await (const _ of stream);
  };

/** CPU microseconds of one call, over some. */
const timeCalls = async (client: OpenAI, call: (client: OpenAI) => Promise<void>, count: number): Promise<number> => {
  const started = process.cpuUsage();
  for (let done = 0; done < count; done += 1) await call(client);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / count;
};

/** What a call costs where nothing disturbs it: a tenth of the rounds is faster. A busy machine moves that least. */
const undisturbed = (times: readonly number[]): number =>
  times.toSorted((left, right) => left - right)[Math.floor(times.length / 10)] ?? Number.NaN;

/** What the wrapper adds to a call, in CPU microseconds. */
const added = async (
  bare: OpenAI,
  wrapped: OpenAI,
  call: (client: OpenAI) => Promise<void>,
  { count, warmUp }: { readonly count: number; readonly warmUp: number },
): Promise<{ readonly bare: number; readonly added: number }> => {
  await timeCalls(bare, call, warmUp);
  await timeCalls(wrapped, call, warmUp);
  const times: { readonly bare: number[]; readonly wrapped: number[] } = { bare: [], wrapped: [] };
  for (let round = 0; round < rounds; round += 1) {
    const isBareFirst = round % 2 === 0;
    if (isBareFirst) times.bare.push(await timeCalls(bare, call, count));
    times.wrapped.push(await timeCalls(wrapped, call, count));
    if (!isBareFirst) times.bare.push(await timeCalls(bare, call, count));
  }
  const bareCall = undisturbed(times.bare);
  return { bare: bareCall, added: undisturbed(times.wrapped) - bareCall };
};

const speed = async (bare: OpenAI, wrapped: OpenAI, spansEnded: () => number): Promise<void> => {
  await plainCall(wrapped);
  const spans = spansEnded();
  const plain = await added(bare, wrapped, plainCall, { count: 40, warmUp: warmUps.plain });
  const short = { count: 12, warmUp: warmUps.short };
  const stream = await added(bare, wrapped, streamedCall(streamLengths.short, true), short);
  const long = await added(bare, wrapped, streamedCall(streamLengths.long, true), { count: 1, warmUp: warmUps.long });
  const open = await added(bare, wrapped, streamedCall(streamLengths.short, false), short);
  const perChunk = (long.added - stream.added) / (streamLengths.long - streamLengths.short);
  console.log(
    JSON.stringify({
      spans,
      bare: plain.bare,
      bareStream: stream.bare,
      perCall: plain.added,
      perStream: stream.added,
      perChunk,
      perOpenStream: open.added,
    }),
  );
};

/** Heap after each tenth of the calls, of which half are given up: some by `break`, some just forgotten. */
const memory = async (client: OpenAI, calls: number): Promise<void> => {
  const collect = async (): Promise<number> => {
    for (let turn = 0; turn < 4; turn += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return process.memoryUsage().heapUsed;
  };
  const heaps: number[] = [];
  for (let done = 0; done < calls; done += 1) {
    const stream = await client.chat.completions.create({ model: 'gpt-5', messages, seed: streamLengths.short, stream: true });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    if (done % 4 === 1) await iterator.return?.();
    else if (done % 4 !== 3) while ((await iterator.next()).done !== true);
    if ((done + 1) % (calls / 10) === 0) heaps.push(await collect());
  }
  console.log(JSON.stringify({ heaps }));
};

const setUp = contenders[name];
if (setUp === undefined) throw new Error(`worker: expected one of ${Object.keys(contenders).join(', ')}, found ${name}`);
const { client, spansEnded } = await setUp(options);
if (mode === '--memory') await memory(client, Number(countText));
else await speed(new OpenAI(options), client, spansEnded);
process.exit();
