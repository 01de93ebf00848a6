// Google's client, plain and streamed. Gemini and the Costspan service run on this computer.
import { parseConfig, serve } from '@costspan/collector-processor';
import { startCostspan } from '@costspan/sdk';
import { startFakeGemini } from '@costspan/testkit';
import { GoogleGenAI } from '@google/genai';

const usage = { input_text_tokens: 900, output_text_tokens: 40, output_reasoning_tokens: 60 };
await using gemini = await startFakeGemini({ script: () => ({ reply: { text: 'In Rotterdam.', usage } }) });
const loaded = parseConfig("ledger: { file: ':memory:' }", {}, { endpoint: '127.0.0.1:0' });
if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.issues));
const service = await serve({ config: loaded.config });

const costspan = startCostspan({ endpoint: service.url, serviceName: 'google-genai-example' });
// Of Google itself neither `baseUrl` nor `provider` is said.
const fetch = costspan.fetch({ provider: 'gcp.gemini' });
const ai = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: gemini.url, fetch } });

await costspan.workItem.run({ type: 'ticket', id: 'T-42' }, async () => {
  const { text } = await ai.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Where is my parcel?' });
  console.log(text);
  for await (const piece of await ai.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'And now?' })) {
    process.stdout.write(piece.text ?? '');
  }
  console.log();
});

await costspan.flush();
const cost = await costspan.workItem.ref({ type: 'ticket', id: 'T-42' }).cost();
console.log(cost?.total, cost?.currency);
await costspan.shutdown();
await service.close();
