import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { YAML_ALIASES_MAX } from './limits.ts';

/** A place in a text; both count from 1. */
export type Place = { readonly line: number; readonly column: number };

/** A YAML document as plain data, with the place of every value in it, or the first reason why it is none. */
export type PositionedYaml =
  | { readonly kind: 'ok'; readonly value: unknown; readonly placeOf: (path: readonly (string | number)[]) => Place }
  | { readonly kind: 'broken'; readonly place: Place; readonly message: string };

/** Reads one YAML 1.2 document. Duplicate keys and too many aliases make it broken. */
export function readPositionedYaml(text: string): PositionedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    return { kind: 'broken', place: placeAt(error.pos[0]), message: `broken YAML: ${firstLine(error.message)}` };
  }
  const dangling = findDanglingAlias(document);
  if (dangling !== undefined) {
    return {
      kind: 'broken',
      place: placeAt(dangling.offset),
      message: `broken YAML: no anchor named ${dangling.name} before this alias`,
    };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: YAML_ALIASES_MAX });
    return { kind: 'ok', value, placeOf: (path) => placeAt(offsetOf(document, path)) };
  } catch (error) {
    return {
      kind: 'broken',
      place: placeAt(0),
      message: `broken YAML: ${firstLine(error instanceof Error ? error.message : '')}`,
    };
  }
}

function findDanglingAlias(document: Document): { readonly name: string; readonly offset: number } | undefined {
  let found: { readonly name: string; readonly offset: number } | undefined;
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = { name: alias.source, offset: startOf(alias) ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

const firstLine = (message: string): string => message.split('\n')[0] ?? message;

/** Offset of the value at a path: of a scalar itself, else of the key it stands under; for a missing key, of its parent. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      offset = (isScalar(pair.value) ? startOf(pair.value) : startOf(pair.key)) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
