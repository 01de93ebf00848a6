import { openAI } from '@genkit-ai/compat-oai/openai';
import { genkit } from 'genkit';
import { OPENAI_URL, run } from './spans.mjs';

const ai = genkit({ plugins: [openAI({ apiKey: 'sk-fake', baseURL: `${OPENAI_URL}/v1` })] });
const model = openAI.model('gpt-5');

await run({
  chat: () => ai.generate({ model, prompt: 'Hello' }),
  'chat stream': async () => {
    const { stream, response } = ai.generateStream({ model, prompt: 'Hello' });
    for await (const _ of stream);
    await response;
  },
});
process.exit(0);
