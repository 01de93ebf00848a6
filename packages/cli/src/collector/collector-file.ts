import { type Environment, substituteEnvironment } from '@costspan/collector-processor';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { collectorAliasesMax, collectorBytesMax } from './limits.ts';

type Path = readonly (string | number)[];

/** One thing to change in a Collector's configuration, and where. */
export type CollectorFinding = {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Dotted path of the field, or '' for the whole file. */
  readonly path: string;
  /** What was expected and found, and what to do. */
  readonly problem: string;
};

/** A Collector's configuration as it stands in its file. Nothing but its shape is known. */
export type CollectorFile = {
  /** The value at a path, `${env:...}` resolved; undefined where nothing stands. */
  readonly at: (...path: Path) => unknown;
  /** Keys of the map at a path; none where no map stands. */
  readonly keys: (...path: Path) => readonly string[];
  /** Texts of the list at a path; none where no list stands. */
  readonly texts: (...path: Path) => readonly string[];
  /** A finding at a path or, where nothing stands there, at the nearest place around it. */
  readonly finding: (path: Path, problem: string) => CollectorFinding;
};

/** A file, or why it cannot be read. */
export type ReadCollectorFile =
  | { readonly kind: 'ok'; readonly file: CollectorFile }
  | { readonly kind: 'invalid'; readonly findings: readonly CollectorFinding[] };

/** Reads the text of a Collector's configuration. Variables that are not set and have no default are left as they stand. */
export function readCollectorFile(text: string, environment: Environment): ReadCollectorFile {
  if (Buffer.byteLength(text) > collectorBytesMax) {
    return whole(`expected at most ${collectorBytesMax} bytes; this is no configuration file`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const placed = (offset: number, path: string, problem: string): CollectorFinding => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, path, problem };
  };
  if (document.errors.length > 0) {
    const findings = document.errors.map(({ pos, message }) => placed(pos[0], '', `not valid YAML: ${message.split('\n')[0]}`));
    return { kind: 'invalid', findings };
  }
  let value: unknown;
  try {
    value = substituteEnvironment(document.toJS({ maxAliasCount: collectorAliasesMax }), environment).value;
  } catch (error) {
    return whole(error instanceof Error ? error.message : 'cannot be read as YAML');
  }
  const at = (...path: Path): unknown => path.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const around = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(around) ? around.items.find(({ key }) => isScalar(key) && key.value === path[length - 1]) : undefined;
      const node = pair?.key ?? document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  return {
    kind: 'ok',
    file: {
      at,
      keys: (...path) => {
        const found = at(...path);
        return isRecord(found) && !Array.isArray(found) ? Object.keys(found) : [];
      },
      texts: (...path) => {
        const found = at(...path);
        return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
      },
      finding: (path, problem) => placed(offsetOf(path), path.join('.'), problem),
    },
  };
}

function whole(problem: string): ReadCollectorFile {
  return { kind: 'invalid', findings: [{ line: 1, column: 1, path: '', problem }] };
}

function isRecord(value: unknown): value is Readonly<Record<string | number, unknown>> {
  return typeof value === 'object' && value !== null;
}
