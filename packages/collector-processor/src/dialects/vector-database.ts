import { ATTR_DB_OPERATION_NAME, ATTR_DB_SYSTEM_NAME } from '@costspan/semconv';
import type { CostReading, Dialect, SpanFields, SpanUsage } from './dialect.ts';

const SYSTEM_KEYS: readonly string[] = [ATTR_DB_SYSTEM_NAME, 'db.system'];
const OPERATION_KEYS: readonly string[] = [ATTR_DB_OPERATION_NAME, 'db.operation'];
const READ_UNITS_KEY = 'db.vector.query.result.read_units';
const WRITE_UNITS_KEY = 'db.vector.query.result.write_units';

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

/** Databases that bill writes by units of their own: a write whose units nobody states has a cost that is unknown. */
const BILLS_WRITES: ReadonlySet<string> = new Set(['pinecone']);

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
    ['vector_read_units', fields.get(READ_UNITS_KEY)],
    ['vector_write_units', fields.get(WRITE_UNITS_KEY)],
  ] as const;
  const usage = Object.fromEntries(stated.filter(([, value]) => typeof value === 'number')) as Record<string, number>;
  if (Object.keys(usage).length > 0) return { kind: 'ok', parts: [{ usage }] };
  if (QUERIES.test(operation)) return { kind: 'ok', parts: [{ usage: { vector_queries: 1 } }] };
  return WRITES.test(operation) && BILLS_WRITES.has(provider) ? { kind: 'missing' } : undefined;
};

/** Spans of vector databases by the `db.*` conventions, current and former. Other databases bear no cost by themselves. */
export const vectorDatabase: Dialect = {
  id: 'vector-database',
  version: 1,
  emitter: 'OpenLLMetry, OpenLIT and other instrumentations of vector databases',
  limits: [
    'Read units are stated for Pinecone queries alone; elsewhere a query counts as one.',
    'Write units are stated by nobody: writes to Pinecone show as missing usage, other writes bear no cost.',
  ],
  evidence: 'captured',
  detect: [{ key: SYSTEM_KEYS }],
  keys: [...SYSTEM_KEYS, ...OPERATION_KEYS, READ_UNITS_KEY, WRITE_UNITS_KEY],
  reads: [
    [`\`${READ_UNITS_KEY}\``, '`vector_read_units`'],
    [`\`${WRITE_UNITS_KEY}\``, '`vector_write_units`'],
    ['a query, search, scroll, fetch or the like without units', 'one `vector_queries`'],
  ],
  read: readSpan,
};
