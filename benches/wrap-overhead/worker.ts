// Times one wrapper against the bare client in one process: node worker.ts <wrapper>, or with --memory <calls>.
import OpenAI from 'openai-6';
import { contenders } from './contenders.ts';
import { providerFetch, streamLengths } from './provider-fetch.ts';

const [name = '', mode, callsText] = process.argv.slice(2);
const rounds = 21;
/** Rounds before the clock starts: 12,000 calls, by which the compiler has settled. A process that lives for days pays for that once. */
const warmUps = 30;
const options = { apiKey: 'sk-test', baseURL: 'http://localhost/v1', fetch: providerFetch as typeof fetch };
const messages = [{ role: 'user' as const, content: 'Say something short about the weather in Oslo.' }];

const plainCall = async (client: OpenAI): Promise<void> => {
  await client.chat.completions.create({ model: 'gpt-5', messages });
};

const streamedCall =
  (length: number) =>
  async (client: OpenAI): Promise<void> => {
    const stream = await client.chat.completions.create({ model: 'gpt-5', messages, seed: length, stream: true });
    for await (const _ of stream);
  };

/** CPU microseconds of one call, over many. */
const timeCalls = async (client: OpenAI, call: (client: OpenAI) => Promise<void>, count: number): Promise<number> => {
  const started = process.cpuUsage();
  for (let done = 0; done < count; done += 1) await call(client);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / count;
};

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What the wrapper adds to a call, in CPU microseconds: the median of rounds in which both clients take turns. */
const added = async (
  bare: OpenAI,
  wrapped: OpenAI,
  call: (client: OpenAI) => Promise<void>,
  count: number,
): Promise<{ readonly bare: number; readonly added: number }> => {
  await timeCalls(bare, call, count * warmUps);
  await timeCalls(wrapped, call, count * warmUps);
  const times: { bare: number; wrapped: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isBareFirst = round % 2 === 0;
    const before = isBareFirst ? await timeCalls(bare, call, count) : 0;
    const wrappedTime = await timeCalls(wrapped, call, count);
    times.push({ bare: isBareFirst ? before : await timeCalls(bare, call, count), wrapped: wrappedTime });
  }
  return { bare: median(times.map((time) => time.bare)), added: median(times.map((time) => time.wrapped - time.bare)) };
};

const speed = async (bare: OpenAI, wrapped: OpenAI, spansEnded: () => number): Promise<void> => {
  await plainCall(wrapped);
  const spans = spansEnded();
  const plain = await added(bare, wrapped, plainCall, 400);
  const short = await added(bare, wrapped, streamedCall(streamLengths.short), 100);
  const long = await added(bare, wrapped, streamedCall(streamLengths.long), 20);
  const perChunk = (long.added - short.added) / (streamLengths.long - streamLengths.short);
  console.log(JSON.stringify({ spans, bare: plain.bare, perCall: plain.added, perStream: short.added, perChunk }));
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
if (mode === '--memory') await memory(client, Number(callsText));
else await speed(new OpenAI(options), client, spansEnded);
process.exit();
