// What a budget adds to a call: asking before it, and settling after it, in the process.
//
//   node --conditions=costspan-source benches/budget.ts [--check]
//
// Method. `check` is what the brake itself does: reserve on every account that counts the call, then settle, through the same
// guard that metered clients use, with the worst case given. `call` adds what a call of a model needs before that: reading
// the request body and pricing its worst case, pricing the answer after it, and writing the decisions on the span; it is what
// a metered and traced call takes more with a budget than without. Each case is timed in rounds on the CPU time of the process,
// because the machine is shared; reported is the fastest round. Checks are timed without tracing.
//
// --check exits with 1 when a check takes five times the goal or more: machines that check are shared, and only a change for the
// worse by far is to stop anyone.
import { defaultCompiledBook } from '@costspan/pricebook';
import { createCostspan } from '@costspan/sdk';
import { trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';

const rounds = 25;
const goalMicroseconds = 5;
const gateMicroseconds = 5 * goalMicroseconds;
const costspan = createCostspan({ onMisuse: 'throw' });
defaultCompiledBook();
await costspan.ready();

const cpuMicroseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const cost = { amount: '0.000001', currency: 'USD' } as const;
const free = costspan.tool('free', () => 1, { cost });
const budgetOf = (name: string, init: object = {}) =>
  costspan.budget({ per: 'item', name, currency: 'USD', hard: '1000000', ...init } as Parameters<typeof costspan.budget>[0]);
const one = [budgetOf('one')];
const three = [...one, budgetOf('day', { per: 'type', period: 'day' }), budgetOf('tools', { per: 'tool' })];

/** CPU microseconds of one call, of the fastest round. */
const time = (calls: number, run: (calls: number) => void): number => {
  run(calls);
  return Math.min(
    ...Array.from({ length: rounds }, () => {
      const before = cpuMicroseconds();
      run(calls);
      return (cpuMicroseconds() - before) / calls;
    }),
  );
};

const tools =
  (budgets: readonly ReturnType<typeof budgetOf>[]) =>
  (calls: number): void =>
    costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets }, () => {
      for (let at = 0; at < calls; at += 1) free();
    });

const answer = JSON.stringify({ id: 'x', model: 'gpt-5', usage: { prompt_tokens: 900, completion_tokens: 80 } });
const send = costspan.fetch({
  provider: 'openai',
  fetch: async () => new Response(answer, { headers: { 'content-type': 'application/json' } }),
});
const request = {
  method: 'POST',
  body: JSON.stringify({
    model: 'gpt-5',
    max_completion_tokens: 500,
    messages: [{ role: 'user', content: 'Where is my parcel? '.repeat(150) }],
  }),
};

const calls = async (budgets: readonly ReturnType<typeof budgetOf>[], count: number): Promise<number> => {
  const measured: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const before = cpuMicroseconds();
    await costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets }, async () => {
      for (let at = 0; at < count; at += 1) {
        const response = await send('https://api.openai.com/v1/chat/completions', request);
        await response.text();
      }
    });
    if (round > 0) measured.push((cpuMicroseconds() - before) / count);
  }
  return Math.min(...measured);
};

const unlimited = time(20_000, tools([]));
const withOne = time(20_000, tools(one)) - unlimited;
const withThree = time(20_000, tools(three)) - unlimited;
console.log(`check, one budget      ${withOne.toFixed(2).padStart(7)} us (goal below ${goalMicroseconds})`);
console.log(`check, three budgets   ${withThree.toFixed(2).padStart(7)} us`);
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [costspan.spanProcessor] }));
const callUnlimited = await calls([], 1_000);
const callWithOne = (await calls(one, 1_000)) - callUnlimited;
console.log(
  `call of a model, 3 KB  ${callWithOne.toFixed(2).padStart(7)} us on top of ${callUnlimited.toFixed(0)} us without one`,
);
if (process.argv.includes('--check') && withOne >= gateMicroseconds) process.exit(1);
