import Anthropic from '@anthropic-ai/sdk';
import { all, startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import OpenAI from 'openai';
import { expect, test, vi } from 'vitest';
import { measure } from './support/measure.ts';

const PROMPT = 'CANARY-PROMPT';
const ANSWER = 'CANARY-ANSWER';

const told = (span: ReadableSpan): string =>
  JSON.stringify([span.name, span.attributes, span.events, span.status, span.links, span.resource.attributes]);

test('no word of a prompt or an answer is on any span, in any log or in any warning', async () => {
  await using openai = await startFakeOpenAi();
  await using anthropic = await startFakeAnthropic();
  const { costspan, spans } = measure({ onMisuse: 'warn' });
  const logged: unknown[] = [];
  const log = (...parts: unknown[]): void => void logged.push(parts);
  diag.setLogger({ debug: log, error: log, info: log, verbose: log, warn: log }, { logLevel: DiagLogLevel.ALL });
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(log as never);
  const gpt = costspan.meter(new OpenAI({ baseURL: `${openai.url}/v1`, apiKey: 'sk-CANARY-PROMPT', maxRetries: 1 }));
  const claude = costspan.meter(new Anthropic({ baseURL: anthropic.url, apiKey: 'sk-CANARY-PROMPT', maxRetries: 1 }));
  const messages = [{ role: 'user' as const, content: PROMPT }];
  const reply = { reply: { text: `${ANSWER} ${ANSWER}` } };
  const bad = { status: 400, message: `${PROMPT} is not allowed` };
  const impossible = { reply: { rawUsage: { prompt_tokens: PROMPT, completion_tokens: -1, input_tokens: ANSWER } } };
  openai.enqueue(reply, reply, reply, { status: 500, message: PROMPT, retryAfterMs: 1 }, reply, bad, impossible, {
    ...reply,
    stream: { cutAfterEvents: 2 },
  });
  anthropic.enqueue(reply, reply, bad, impossible);
  const thrower = costspan.tool('thrower', (text: string) => {
    throw new Error(text);
  });

  const calls: (() => unknown)[] = [
    () => gpt.chat.completions.create({ model: 'gpt-5', messages }),
    async () => all(await gpt.chat.completions.create({ model: 'gpt-5', messages, stream: true })),
    () => gpt.responses.create({ model: 'gpt-5', input: PROMPT, instructions: PROMPT }),
    () => gpt.chat.completions.create({ model: 'gpt-5', messages }),
    () => gpt.chat.completions.create({ model: 'gpt-5', messages }),
    () => gpt.chat.completions.create({ model: 'gpt-5', messages }),
    async () => all(await gpt.chat.completions.create({ model: 'gpt-5', messages, stream: true })),
    () => gpt.embeddings.create({ model: 'text-embedding-3-small', input: PROMPT }),
    () => claude.messages.create({ model: 'claude-sonnet-5', max_tokens: 9, system: PROMPT, messages }),
    () => claude.messages.stream({ model: 'claude-sonnet-5', max_tokens: 9, messages }).finalMessage(),
    () => claude.messages.create({ model: 'claude-sonnet-5', max_tokens: 9, messages }),
    () => claude.messages.create({ model: 'claude-sonnet-5', max_tokens: 9, messages }),
    () => thrower(PROMPT),
    () => costspan.tool('usage', () => ANSWER, { usage: (text) => ({ [text]: 1 }) })(),
    () => costspan.tool('cost', () => ANSWER, { cost: (text) => ({ amount: text, currency: text }) })(),
    () => costspan.recordCost({ category: 'tool', amount: `x${PROMPT}`.slice(1) as never, currency: 'USD' }),
  ];
  const outcomes = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => {
    const settled = [];
    for (const call of calls)
      settled.push(
        await Promise.resolve()
          .then(call)
          .then(
            () => 'done',
            () => 'failed',
          ),
      );
    return settled;
  });
  expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(4);

  const found = await spans();
  expect(found.length).toBeGreaterThan(calls.length);
  expect(logged.length).toBeGreaterThan(0);
  diag.disable();
  warn.mockRestore();
  const everything = found.map(told).join('\n') + JSON.stringify(logged);
  expect(everything).not.toContain('CANARY');
});
