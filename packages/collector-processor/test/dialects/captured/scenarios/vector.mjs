import { createRequire } from 'node:module';
import { PINECONE_URL, provider, QDRANT_URL, run } from './spans.mjs';

const require = createRequire(import.meta.url);
const instrument = (name, exported, module) => {
  const instrumentation = new (require(name)[exported])();
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  const instrumented = require(module);
  instrumentation.manuallyInstrument?.(instrumented);
  return instrumented;
};
const { Pinecone } = instrument('@traceloop/instrumentation-pinecone', 'PineconeInstrumentation', '@pinecone-database/pinecone');
const { QdrantClient } = instrument('@traceloop/instrumentation-qdrant', 'QdrantInstrumentation', '@qdrant/js-client-rest');

const index = new Pinecone({ apiKey: 'fake' }).index({ host: PINECONE_URL });
const qdrant = new QdrantClient({ url: QDRANT_URL });

await run({
  'Pinecone upsert': () => index.upsert({ records: [{ id: 'a', values: [0.1, 0.2] }] }),
  'Pinecone query': () => index.query({ vector: [0.1, 0.2], topK: 1 }),
  'Pinecone fetch': () => index.fetch({ ids: ['a'] }),
  'Qdrant create': () => qdrant.createCollection('kb', { vectors: { size: 2, distance: 'Cosine' } }),
  'Qdrant upsert': () => qdrant.upsert('kb', { points: [{ id: 1, vector: [0.1, 0.2] }] }),
  'Qdrant search': () => qdrant.search('kb', { vector: [0.1, 0.2], limit: 1 }),
  'Qdrant query': () => qdrant.query('kb', { query: [0.1, 0.2], limit: 1 }),
});
process.exit(0);
