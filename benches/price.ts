// What one price costs, against calcPrice of @pydantic/genai-prices in the same run.
//
//   node --conditions=costspan-source benches/price.ts [--gate]
//
// Method. Both price the same usage with the whole catalog loaded; where both know the model their amounts are compared
// first, so that the same work is timed. A case is timed in rounds, each of them ours and theirs one after the other with
// the order alternating, on the CPU time of the process: a busy machine slows both halves of a pair alike. Reported are the
// fastest round of each and the median of the ratios of the pairs. Names of misses are new with every call, as an
// attacker's would be, and made just before they are used, as a decoder would. Ours makes a receipt with a line per unit; theirs an amount in doubles.
// Loading is timed in fresh processes, because a service loads once: first until the books are ready to price with, then
// until the rows of every name are made, which no process needs.
//
// Goals: a hit at least 20x faster, a miss 50x, the books ready in 50 ms and 15 MB. --gate exits with 1 where a figure is not
// even within the bounds that a busy machine must keep: half of each ratio, three times the time, the memory as it is.
import { execFileSync } from 'node:child_process';
import { defaultCompiledBook } from '@costspan/pricebook';
import { type PriceRequest, price, type Usage } from '@costspan/pricing';
import { calcPrice, type Usage as TheirUsage } from '@pydantic/genai-prices';

type Case = {
  readonly name: string;
  readonly goal: number;
  readonly provider: string;
  /** Model of the nth call: the same for hits, new every time for misses. */
  readonly model: (call: number) => string;
  readonly usage: Usage;
  readonly theirUsage: TheirUsage;
};

const isGate = process.argv.includes('--gate');
const gateSlack = { ratio: 0.5, ms: 3 } as const;
const readyMsGoal = 50;
const heapMegabytesGoal = 15;
const hitGoal = 20;
const missGoal = 50;
const rounds = 15;
const oursPerRound = 60_000;
const theirsPerRound = 3_000;
const at = new Date('2026-11-20T12:00:00Z');
const book = defaultCompiledBook();

const cached: Pick<Case, 'usage' | 'theirUsage'> = {
  usage: { input_text_tokens: 500, input_cache_read_text_tokens: 500, output_text_tokens: 100 },
  theirUsage: { input_tokens: 1_000, cache_read_tokens: 500, output_tokens: 100 },
};
const written: Pick<Case, 'usage' | 'theirUsage'> = {
  usage: {
    input_text_tokens: 500,
    input_cache_read_text_tokens: 500,
    input_cache_write_5m_tokens: 200,
    output_text_tokens: 100,
  },
  theirUsage: { input_tokens: 1_200, cache_read_tokens: 500, cache_write_tokens: 200, output_tokens: 100 },
};
const long: Pick<Case, 'usage' | 'theirUsage'> = {
  usage: { input_text_tokens: 300_000, output_text_tokens: 1_000 },
  theirUsage: { input_tokens: 300_000, output_tokens: 1_000 },
};

const always = (name: string) => (): string => name;

const cases: readonly Case[] = [
  { name: 'hit: gpt-4o, cached input', goal: hitGoal, provider: 'openai', model: always('gpt-4o'), ...cached },
  {
    name: 'hit: claude-sonnet-4-5, cache written',
    goal: hitGoal,
    provider: 'anthropic',
    model: always('claude-sonnet-4-5'),
    ...written,
  },
  { name: 'hit: gemini-2.5-pro, long context', goal: hitGoal, provider: 'google', model: always('gemini-2.5-pro'), ...long },
  {
    name: 'hit: Bedrock profile',
    goal: hitGoal,
    provider: 'aws.bedrock',
    model: always('us.anthropic.claude-sonnet-4-5-20250929-v1:0'),
    ...written,
  },
  { name: 'miss: OpenAI', goal: missGoal, provider: 'openai', model: (call) => `unknown-${call}`, ...cached },
  {
    name: 'miss: OpenRouter',
    goal: missGoal,
    provider: 'openrouter',
    model: (call) => `unknown/model-${call}`,
    ...cached,
  },
  {
    name: 'miss: Bedrock',
    goal: missGoal,
    provider: 'aws.bedrock',
    model: (call) => `unknown.model-${call}`,
    ...cached,
  },
  { name: 'miss: the same unknown name', goal: missGoal, provider: 'openai', model: always('unknown-model'), ...cached },
];

const chunk = 500;
let sink: unknown;
let calls = 0;

/** CPU microseconds of one call, over many. Names are made in chunks outside the clock. */
const perCall = (count: number, one: Case, call: (model: string) => unknown): number => {
  let microseconds = 0;
  for (let done = 0; done < count; done += chunk) {
    // Through JSON, because strings that come off a wire are flat and have no hash yet.
    const models: string[] = JSON.parse(JSON.stringify(Array.from({ length: chunk }, () => one.model(calls++))));
    const started = process.cpuUsage();
    for (const model of models) sink = call(model);
    const { user, system } = process.cpuUsage(started);
    microseconds += user + system;
  }
  return microseconds / count;
};

const timeOurs = (one: Case): number =>
  perCall(oursPerRound, one, (model) => {
    const request: PriceRequest = { atMs: at.getTime(), provider: one.provider, model, usage: one.usage };
    return price(request, book);
  });

const timeTheirs = (one: Case): number => {
  const options = { providerId: one.provider, timestamp: at };
  return perCall(theirsPerRound, one, (model) => calcPrice(one.theirUsage, model, options));
};

/** Both must have priced the same before their times mean anything. */
const checkSameWork = (one: Case): void => {
  const model = one.model(0);
  const ours = price({ atMs: at.getTime(), provider: one.provider, model, usage: one.usage }, book);
  const theirs = calcPrice(one.theirUsage, model, { providerId: one.provider, timestamp: at });
  const isSame =
    theirs === null ? ours.status === 'unpriced' : ours.complete && Math.abs(Number(ours.amount) - theirs.total_price) < 1e-9;
  if (!isSame) throw new Error(`${one.name}: ours is ${ours.status} ${ours.amount}, theirs ${theirs?.total_price}`);
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const runCase = (one: Case): { readonly ours: number; readonly theirs: number; readonly ratio: number } => {
  checkSameWork(one);
  timeOurs(one);
  timeTheirs(one);
  const pairs = Array.from({ length: rounds }, (_, round) => {
    if (round % 2 === 0) {
      const ours = timeOurs(one);
      return { ours, theirs: timeTheirs(one) };
    }
    const theirs = timeTheirs(one);
    return { ours: timeOurs(one), theirs };
  });
  return {
    ours: Math.min(...pairs.map(({ ours }) => ours)),
    theirs: Math.min(...pairs.map(({ theirs }) => theirs)),
    ratio: median(pairs.map(({ ours, theirs }) => theirs / ours)),
  };
};

const loadScript = `
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const { defaultCompiledBook } = await import('@costspan/pricebook');
  globalThis.gc();
  const imported = process.memoryUsage().heapUsed;
  const started = performance.now();
  const book = defaultCompiledBook();
  const ms = performance.now() - started;
  globalThis.gc();
  const megabytes = (process.memoryUsage().heapUsed - imported) / 1e6;
  const { defaultBooks } = await import('@costspan/pricebook');
  const names = new Map(defaultBooks().flatMap(({ prices }) => prices.map(({ provider, match }) => [provider + JSON.stringify(match), { provider, model: Object.values(match)[0] }])));
  const { listPrices } = await import('@costspan/pricing');
  const begun = performance.now();
  for (const { provider, model } of names.values()) listPrices({ atMs: 0, provider, model }, book);
  const allMs = performance.now() - begun;
  globalThis.gc();
  console.log(JSON.stringify({ ms, megabytes, allMs, names: names.size, rows: book.rowCount }));
`;

type Load = {
  readonly ms: number;
  readonly megabytes: number;
  readonly allMs: number;
  readonly names: number;
  readonly rows: number;
};

const runLoad = (): Load => {
  const load = (): Load =>
    JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', '--conditions=costspan-source', '--input-type=module', '-e', loadScript], {
        encoding: 'utf8',
        cwd: import.meta.dirname,
      }),
    );
  const loads = Array.from({ length: 9 }, load);
  return {
    ms: Math.min(...loads.map(({ ms }) => ms)),
    megabytes: median(loads.map(({ megabytes }) => megabytes)),
    allMs: Math.min(...loads.map(({ allMs }) => allMs)),
    names: loads[0]?.names ?? 0,
    rows: loads[0]?.rows ?? 0,
  };
};

const failures: string[] = [];
/** Says whether a figure meets its goal, and remembers it where it is not even within the bound of the gate. */
const verdict = (what: string, isMet: boolean, isWithinGate: boolean): string => {
  if (!isWithinGate) failures.push(what);
  return isMet ? 'met' : 'missed';
};

console.log('case                                    ours us   theirs us   ratio   goal');
for (const one of cases) {
  const { ours, theirs, ratio } = runCase(one);
  const figures = [
    ours.toFixed(2).padStart(8),
    theirs.toFixed(2).padStart(11),
    `${ratio.toFixed(1)}x`.padStart(8),
    `${one.goal}x`.padStart(6),
    verdict(one.name, ratio >= one.goal, ratio >= one.goal * gateSlack.ratio).padStart(7),
  ];
  console.log(`${one.name.padEnd(38)}${figures.join(' ')}`);
}
const { ms, megabytes, allMs, names, rows } = runLoad();
const ready = verdict('ready to price', ms <= readyMsGoal, ms <= readyMsGoal * gateSlack.ms);
const heap = verdict('heap', megabytes <= heapMegabytesGoal, megabytes <= heapMegabytesGoal);
console.log(`default books, ${rows} rows of ${names} names, in a fresh process:`);
console.log(`  ready to price with: ${ms.toFixed(0)} ms, goal ${readyMsGoal} ms ${ready}`);
console.log(`  heap: ${megabytes.toFixed(1)} MB, goal ${heapMegabytesGoal} MB ${heap}`);
console.log(`  every price of every name looked up once: ${allMs.toFixed(0)} ms more`);
if (sink === undefined) throw new Error('nothing was timed');
if (isGate && failures.length > 0) {
  console.error(`benches/price.ts: beyond the bound of the gate: ${failures.join(', ')}`);
  process.exit(1);
}
