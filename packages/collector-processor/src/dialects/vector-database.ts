import { ATTR_DB_OPERATION_NAME, ATTR_DB_SYSTEM_NAME } from '@costspan/semconv';
import type { CostReading, Dialect, SpanFields, SpanUsage } from './dialect.ts';

const SYSTEM_KEYS: readonly string[] = [ATTR_DB_SYSTEM_NAME, 'db.system'];
const OPERATION_KEYS: readonly string[] = [ATTR_DB_OPERATION_NAME, 'db.operation'];
// In JavaScript and in Python.
const READ_UNITS_KEYS: readonly string[] = ['db.vector.query.result.read_units', 'pinecone.usage.read_units'];
const WRITE_UNITS_KEYS: readonly string[] = ['db.vector.query.result.write_units', 'pinecone.usage.write_units'];

/** Databases whose spans are vector queries, and what they are called in price books. */
const SYSTEMS: Readonly<Record<string, string>> = {
  chroma: 'chroma',
  chromadb: 'chroma',
  lancedb: 'lancedb',
  marqo: 'marqo',
  milvus: 'milvus',
  pinecone: 'pinecone',
  qdrant: 'qdrant',
  turbopuffer: 'turbopuffer',
  vespa: 'vespa',
  weaviate: 'weaviate',
  zilliz: 'zilliz',
};

/** Databases that bill by units of their own: what states none has a cost that is unknown. */
const BILLS_UNITS: ReadonlySet<string> = new Set(['pinecone']);

const QUERIES = /^(query|search|recommend|discover|retriev|scroll|get|fetch|hybrid|near|similarity)/;
const WRITES = /^(upsert|insert|add|update|delete|set_payload|overwrite)/;

const readSpan = (fields: SpanFields): CostReading | undefined => {
  const provider = SYSTEMS[(fields.text(SYSTEM_KEYS) ?? '').toLowerCase()];
  if (provider === undefined) return undefined;
  const operation = operationOf(fields);
  const usage = usageOf(fields, provider, operation);
  return usage === undefined ? undefined : { role: 'tool', category: 'vector', provider, model: operation, usage };
};

/** The operation in lower case; older instrumentations have it in the name of the span only: `qdrant.search`. */
const operationOf = (fields: SpanFields): string => {
  const stated = fields.text(OPERATION_KEYS);
  const [first = ''] = (stated ?? fields.span.name.slice(fields.span.name.indexOf('.') + 1)).split(' ');
  return first.toLowerCase();
};

const usageOf = (fields: SpanFields, provider: string, operation: string): SpanUsage | undefined => {
  const stated = [
    ['vector_read_units', fields.first(READ_UNITS_KEYS)],
    ['vector_write_units', fields.first(WRITE_UNITS_KEYS)],
  ].filter((count): count is [string, number] => typeof count[1] === 'number');
  // A query that states its reads may say beside them that it wrote nothing.
  const counts = stated.some(([, count]) => count !== 0) ? stated.filter(([, count]) => count !== 0) : stated.slice(0, 1);
  if (counts.length > 0) return { kind: 'ok', parts: [{ usage: Object.fromEntries(counts) }] };
  const isQuery = QUERIES.test(operation);
  if (BILLS_UNITS.has(provider)) return isQuery || WRITES.test(operation) ? { kind: 'missing' } : undefined;
  return isQuery ? { kind: 'ok', parts: [{ usage: { vector_queries: 1 } }] } : undefined;
};

const listed = (keys: readonly string[]): string => keys.map((key) => `\`${key}\``).join(', ');

/** Spans of vector databases by the `db.*` conventions, current and former. Other databases bear no cost by themselves. */
export const vectorDatabase: Dialect = {
  id: 'vector-database',
  version: 2,
  emitter: 'OpenLLMetry, OpenLIT and other instrumentations of vector databases',
  limits: [
    'Read units are stated for queries of Pinecone, by OpenLLMetry alone. What else is asked of Pinecone, or written to it, shows as missing usage.',
    'In other databases a query counts as one, and writes bear no cost.',
  ],
  evidence: 'captured',
  detect: [{ key: SYSTEM_KEYS }],
  keys: [...SYSTEM_KEYS, ...OPERATION_KEYS, ...READ_UNITS_KEYS, ...WRITE_UNITS_KEYS],
  reads: [
    [listed(READ_UNITS_KEYS), '`vector_read_units`'],
    [listed(WRITE_UNITS_KEYS), '`vector_write_units`'],
    ['a query, search, scroll, fetch or the like of a database that does not bill units', 'one `vector_queries`'],
  ],
  read: readSpan,
};
