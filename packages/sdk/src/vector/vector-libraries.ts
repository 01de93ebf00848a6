import { chroma } from './chroma.ts';
import { milvus } from './milvus.ts';
import { pgvector } from './pgvector.ts';
import { pinecone } from './pinecone.ts';
import { qdrant } from './qdrant.ts';
import type { VectorLibrary } from './vector-shape.ts';
import { weaviate } from './weaviate.ts';

/** Every client library of a vector database that `costspan.meter` knows. */
export const vectorLibraries: readonly VectorLibrary[] = [pinecone, qdrant, weaviate, chroma, pgvector, milvus];
