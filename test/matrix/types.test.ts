import { type AiMiddleware, createCostspan } from '@costspan/sdk';
import type { LanguageModelMiddleware as Middleware7 } from 'ai';
import type { LanguageModelMiddleware as Middleware5 } from 'ai-5';
import type { LanguageModelMiddleware as Middleware6 } from 'ai-6';
import Anthropic050 from 'anthropic-0-50';
import Anthropic0120 from 'anthropic-0-120';
import Anthropic1 from 'anthropic-1';
import OpenAI5 from 'openai-5';
import OpenAI6 from 'openai-6';
import OpenAI7 from 'openai-7';
import { expect, expectTypeOf, test } from 'vitest';

const { meter } = createCostspan();

test('a metered client has the type and class of every supported version', () => {
  const options = { apiKey: 'sk-test' };
  expectTypeOf(meter(new OpenAI5(options))).toEqualTypeOf<OpenAI5>();
  expectTypeOf(meter(new OpenAI6(options))).toEqualTypeOf<OpenAI6>();
  expectTypeOf(meter(new OpenAI7(options))).toEqualTypeOf<OpenAI7>();
  expectTypeOf(meter(new Anthropic050(options))).toEqualTypeOf<Anthropic050>();
  expectTypeOf(meter(new Anthropic0120(options))).toEqualTypeOf<Anthropic0120>();
  expectTypeOf(meter(new Anthropic1(options))).toEqualTypeOf<Anthropic1>();
  for (const Client of [OpenAI5, OpenAI6, OpenAI7, Anthropic050, Anthropic0120, Anthropic1]) {
    expect(meter(new Client(options)).constructor).toBe(Client);
  }
});

test('the middleware has the type that every supported version of the AI SDK asks for', () => {
  expectTypeOf<AiMiddleware>().toExtend<Middleware5>();
  expectTypeOf<AiMiddleware>().toExtend<Middleware6>();
  expectTypeOf<AiMiddleware>().toExtend<Middleware7>();
});
