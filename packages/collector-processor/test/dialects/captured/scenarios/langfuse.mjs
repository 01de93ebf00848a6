import { observeOpenAI } from '@langfuse/openai';
import OpenAI from 'openai';
import { openaiCalls, run } from './clients.mjs';

class ObservedOpenAI {
  constructor(options) {
    // biome-ignore lint/correctness/noConstructorReturn: the calls make a client of the class they are given; this one comes wrapped.
    return observeOpenAI(new OpenAI(options));
  }
}

await run(openaiCalls(ObservedOpenAI));
