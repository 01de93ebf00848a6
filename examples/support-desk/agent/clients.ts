import Anthropic from '@anthropic-ai/sdk';
import { QdrantClient } from '@qdrant/js-client-rest';
import OpenAI from 'openai';
import { costspan } from './costspan.ts';

const { QDRANT_URL: qdrantUrl = 'http://localhost:6333' } = process.env;

/** The official clients, metered: same classes, same types, one word more. */
export const openai: OpenAI = costspan.meter(new OpenAI({ timeout: 3_000, maxRetries: 2 }));
export const claude: Anthropic = costspan.meter(new Anthropic({ maxRetries: 2 }));

/** The vector database bills by query, so its searches are metered where they are made: see knowledge-base.ts. */
export const qdrant: QdrantClient = new QdrantClient({ url: qdrantUrl });
