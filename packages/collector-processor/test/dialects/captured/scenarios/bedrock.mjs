// INSTRUMENTATION names the package and its class: package#Export.
import { createRequire } from 'node:module';
import { BEDROCK_URL, provider, run } from './spans.mjs';

const require = createRequire(import.meta.url);
const [name, exported] = process.env.INSTRUMENTATION.split('#');
const instrumentation = new (require(name)[exported])();
instrumentation.setTracerProvider(provider);
instrumentation.enable();
const bedrock = require('@aws-sdk/client-bedrock-runtime');
instrumentation.manuallyInstrument?.(bedrock);

const credentials = { accessKeyId: 'fake', secretAccessKey: 'fake' };
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const client = new bedrock.BedrockRuntimeClient({
  region: 'us-east-1',
  endpoint: BEDROCK_URL,
  credentials,
  maxAttempts: 1,
  // The client speaks HTTP/2 to this service; the stand-in does not.
  requestHandler: new NodeHttpHandler(),
});
const modelId = 'anthropic.claude-sonnet-5-v1:0';
const body = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
});
const contentType = 'application/json';
const messages = [{ role: 'user', content: [{ text: 'Hello' }] }];

await run({
  invoke: () => client.send(new bedrock.InvokeModelCommand({ modelId, body, contentType })),
  'invoke stream': async () => {
    const answer = await client.send(new bedrock.InvokeModelWithResponseStreamCommand({ modelId, body, contentType }));
    for await (const _ of answer.body);
  },
  converse: () => client.send(new bedrock.ConverseCommand({ modelId, messages })),
});
process.exit(0);
