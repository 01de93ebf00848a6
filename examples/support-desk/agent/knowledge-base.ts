import { articles } from './articles.ts';
import { openai, qdrant } from './clients.ts';
import { costspan } from './costspan.ts';

const collection = 'articles';
const dimensions = 256;

/** Stores the articles. This belongs to no ticket or claim, so its cost is shown as unattributed. */
export async function indexArticles(): Promise<void> {
  const { exists } = await qdrant.collectionExists(collection);
  if (exists) return;
  await qdrant.createCollection(collection, { vectors: { size: dimensions, distance: 'Cosine' } });
  const vectors = await embed(articles.map(({ title, text }) => `${title}: ${text}`));
  await qdrant.upsert(collection, {
    points: articles.map((article, index) => ({
      id: article.id,
      vector: vectors[index] ?? [],
      payload: { title: article.title, text: article.text },
    })),
  });
}

/** The articles nearest to a text, as one piece of context for a prompt. */
export async function findArticles(text: string): Promise<string> {
  const [vector = []] = await embed([text]);
  const { points } = await search(vector);
  return points.map(({ payload }) => asText(payload ?? {})).join('\n');
}

const asText = ({ title, text }: Readonly<Record<string, unknown>>): string => `${title}: ${text}`;

const search = costspan.vector(
  'kb.search',
  (vector: number[]) => qdrant.query(collection, { query: vector, limit: 2, with_payload: true }),
  { sku: 'qdrant/query' },
);

async function embed(input: string[]): Promise<number[][]> {
  const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input, dimensions });
  return data.map(({ embedding }) => embedding);
}
