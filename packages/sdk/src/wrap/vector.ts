import type { MoneyText, Usage } from '@costspan/pricing';
import { ATTR_DB_COLLECTION_NAME, ATTR_DB_OPERATION_NAME, ATTR_DB_SYSTEM_NAME } from '@costspan/semconv';
import { SpanKind } from '@opentelemetry/api';
import { checkWrapped, usageOr, wrapChecks } from './tool.ts';
import { type AnyFunction, type OrFromResult, type WrapParts, wrapFunction } from './wrap-function.ts';

/** What a call of a vector database costs. */
export type VectorOptions<F extends AnyFunction> = {
  /** `provider/name` of a price, such as `pinecone/query`. */
  readonly sku?: string;
  /** What a call costs, where you know it. */
  readonly cost?: OrFromResult<F, MoneyText>;
  /** What a call uses, such as `(result) => ({ vector_read_units: result.usage.readUnits })`. Default `{ vector_queries: 1 }`, or nothing where `cost` says it all. */
  readonly usage?: OrFromResult<F, Usage>;
  /** `db.system.name`, such as `qdrant`. Default: the provider of the `sku`. */
  readonly system?: string;
  /** `db.operation.name`, such as `query`. Default: the name of the `sku`. */
  readonly operation?: string;
  /** `db.collection.name`. */
  readonly collection?: string;
  /** Whether the vendor bills a call that failed. Default `possible`. */
  readonly failed?: 'yes' | 'no' | 'possible';
  /** What a call costs at most, for budgets, where only its result tells what it costs. */
  readonly costMax?: MoneyText;
};

/** Wraps a function that queries or writes a vector database. Throws for wrong options. */
export type WrapVector = <F extends AnyFunction>(name: string, fn: F, options?: VectorOptions<F>) => F;

/** The `vector` of a Costspan. */
export const createWrapVector =
  (parts: WrapParts): WrapVector =>
  (name, fn, options = {}) => {
    checkWrapped('vector', name, fn, options, vectorChecks);
    const [skuSystem, skuOperation] = options.sku?.split('/', 2) ?? [];
    const system = options.system ?? skuSystem;
    const operation = options.operation ?? skuOperation;
    return wrapFunction(parts, fn, {
      spanName: name,
      kind: SpanKind.CLIENT,
      category: 'vector',
      attributes: {
        ...(system !== undefined && { [ATTR_DB_SYSTEM_NAME]: system }),
        ...(operation !== undefined && { [ATTR_DB_OPERATION_NAME]: operation }),
        ...(options.collection !== undefined && { [ATTR_DB_COLLECTION_NAME]: options.collection }),
      },
      ...(options.sku !== undefined && { sku: options.sku }),
      ...(options.cost !== undefined && { cost: options.cost }),
      ...usageOr(options, { vector_queries: 1 }),
      failed: options.failed ?? 'possible',
      ...(options.costMax !== undefined && { costMax: options.costMax }),
    });
  };

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const vectorChecks = {
  ...wrapChecks,
  system: [isText, 'expected a name such as "qdrant"', 'leave it out to take it from the sku'],
  operation: [isText, 'expected a name such as "query"', 'leave it out to take it from the sku'],
  collection: [isText, 'expected the name of a collection', 'leave it out'],
} as const;
