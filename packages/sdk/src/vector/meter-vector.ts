import {
  ATTR_COSTSPAN_USAGE_ASSUMPTION,
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_RESPONSE_RETURNED_ROWS,
  ATTR_DB_SYSTEM_NAME,
} from '@costspan/semconv';
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { type WrapParts, wrapFunction } from '../wrap/wrap-function.ts';
import type { MeterVector, VectorCall } from './vector-shape.ts';

/** Meters the calls of one client. Its prices are `provider/<operation>` in the price book. */
export const createMeterVector =
  (parts: WrapParts, database: { readonly system: string; readonly provider: string }): MeterVector =>
  (call, run) => {
    const { returnedRows, failureOf } = call;
    const metered = wrapFunction(parts, run as () => unknown, {
      spanName: call.collection === undefined ? call.operation : `${call.operation} ${call.collection}`,
      kind: SpanKind.CLIENT,
      category: 'vector',
      attributes: attributesOf(database.system, call),
      sku: `${database.provider}/${call.operation}`,
      usage: call.usage,
      failed: 'possible',
      isAsync: true,
      ...(failureOf !== undefined && { failureOf }),
      ...(returnedRows !== undefined && { resultAttributes: (result: unknown) => rowsOf(returnedRows(result)) }),
    });
    return metered() as ReturnType<typeof run>;
  };

const attributesOf = (system: string, { operation, collection, namespace, batchSize, assumption }: VectorCall): Attributes => ({
  [ATTR_DB_SYSTEM_NAME]: system,
  [ATTR_DB_OPERATION_NAME]: operation,
  ...(collection !== undefined && { [ATTR_DB_COLLECTION_NAME]: collection }),
  ...(namespace !== undefined && { [ATTR_DB_NAMESPACE]: namespace }),
  ...(batchSize !== undefined && batchSize > 1 && { [ATTR_DB_OPERATION_BATCH_SIZE]: batchSize }),
  ...(assumption !== undefined && { [ATTR_COSTSPAN_USAGE_ASSUMPTION]: assumption }),
});

const rowsOf = (count: number | undefined): Attributes =>
  count === undefined ? {} : { [ATTR_DB_RESPONSE_RETURNED_ROWS]: count };
