import { createHmac } from 'node:crypto';
import {
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
} from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';
import { CostspanError, shown } from '../errors.ts';
import { dimensionKeyBytesMax, dimensionsMax, dimensionValueBytesMax, identityBytesMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import type { Dimensions, WorkItem, WorkItemInit } from './work-item-type.ts';

/** The work item `init` names; throws a CostspanError when its identity cannot be used. `where` is the call at fault. */
export const createWorkItem = (
  init: WorkItemInit,
  where: string,
  settings: Pick<CostspanSettings, 'tenant' | 'dimensions' | 'idHmacKey'>,
  enclosing?: WorkItem,
): WorkItem => {
  if (typeof init !== 'object' || init === null) throw invalid(where, 'expected { type, id }', shown(init));
  const type = identity(init.type, `${where}: type`);
  const hide = (ofType: string, id: string): string =>
    settings.idHmacKey === undefined ? id : hmacOfId(settings.idHmacKey, ofType, id);
  const id = hide(type, identity(init.id, `${where}: id`));
  const tenant = init.tenant ?? enclosing?.tenant ?? settings.tenant;
  const parentId = parentIdOf(init, where, hide) ?? inheritedParentId({ tenant, type, id }, enclosing);
  return withAttributes({
    ...(tenant !== undefined && { tenant: identity(tenant, `${where}: tenant`) }),
    type,
    id,
    ...(parentId !== undefined && { parentId }),
    dimensions: checkDimensions({ ...settings.dimensions, ...enclosing?.dimensions, ...init.dimensions }, `${where}: dimensions`),
  });
};

/** The same item with the attributes that spans of it carry. */
export const withAttributes = (item: Omit<WorkItem, 'attributes'>): WorkItem => {
  const attributes: Attributes = {
    [ATTR_COSTSPAN_WORK_ITEM_TYPE]: item.type,
    [ATTR_COSTSPAN_WORK_ITEM_ID]: item.id,
    ...(item.tenant !== undefined && { [ATTR_COSTSPAN_WORK_ITEM_TENANT]: item.tenant }),
    ...(item.parentId !== undefined && { [ATTR_COSTSPAN_WORK_ITEM_PARENT_ID]: item.parentId }),
  };
  for (const [key, value] of Object.entries(item.dimensions)) attributes[ATTR_COSTSPAN_DIMENSION_PREFIX + key] = value;
  return { ...item, attributes };
};

type Identity = { readonly tenant: string | undefined; readonly type: string; readonly id: string };

const parentIdOf = (init: WorkItemInit, where: string, hide: (type: string, id: string) => string): string | undefined => {
  if (init.parent === undefined) return undefined;
  const parent = typeof init.parent === 'string' ? { type: init.type, id: init.parent } : init.parent;
  return hide(identity(parent?.type, `${where}: parent.type`), identity(parent?.id, `${where}: parent.id`));
};

// An item that is entered again inside itself is not its own parent.
const inheritedParentId = (own: Identity, enclosing: WorkItem | undefined): string | undefined => {
  const isSame = enclosing?.type === own.type && enclosing.id === own.id && enclosing.tenant === own.tenant;
  return isSame ? enclosing.parentId : enclosing?.id;
};

const identity = (value: unknown, where: string): string => {
  if (typeof value !== 'string' || value === '') throw invalid(where, 'expected a string that is not empty', shown(value));
  if (value.length > identityBytesMax || Buffer.byteLength(value) > identityBytesMax) {
    throw invalid(where, `expected at most ${identityBytesMax} bytes of UTF-8`, `${Buffer.byteLength(value)}`);
  }
  return value;
};

const checkDimensions = (dimensions: Dimensions, where: string): Dimensions => {
  const entries = Object.entries(dimensions);
  if (entries.length > dimensionsMax) throw invalid(where, `expected at most ${dimensionsMax}`, `${entries.length}`);
  for (const [key, value] of entries) {
    if (key === '' || Buffer.byteLength(key) > dimensionKeyBytesMax) {
      throw invalid(where, `expected keys of 1 to ${dimensionKeyBytesMax} bytes`, shown(key));
    }
    if (typeof value !== 'string' || Buffer.byteLength(value) > dimensionValueBytesMax) {
      throw invalid(`${where}.${key}`, `expected a string of at most ${dimensionValueBytesMax} bytes`, shown(value));
    }
  }
  return dimensions;
};

// The type is part of the message, so that ticket 7 and claim 7 cannot be linked by their hidden ids.
const hmacOfId = (key: string, type: string, id: string): string =>
  createHmac('sha256', key).update(`${type}\0${id}`).digest('hex').slice(0, 32);

const invalid = (where: string, problem: string, found: string): CostspanError =>
  new CostspanError({
    code: 'work-item-invalid',
    where,
    problem,
    found,
    advice: 'until this is fixed the cost of the work stays unattributed',
  });
