import { hash } from 'node:crypto';
import { parsePico, telemetryPricesText } from '@costspan/pricing';
import type { Category, Status } from '@costspan/semconv';
import type { Observation, SpanFact, SpanRole } from '../../src/index.ts';

/** Noon of 2026-06-01 UTC. */
export const noonNs = 1_780_315_200_000_000_000n;
export const secondNs = 1_000_000_000n;

/** What a test says about a span; everything else is as unremarkable as possible. */
export type FactSketch = {
  /** Short name; becomes the span id. */
  readonly span: string;
  readonly parent?: string;
  readonly trace?: string;
  readonly tenant?: string;
  /** `ticket T-1`, or `!id-too-long` for one that could not be taken. */
  readonly item?: string;
  readonly parentItem?: string;
  readonly outcome?: string;
  /** Seconds after noon. Default: 0 and one second later. */
  readonly start?: number;
  readonly end?: number;
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Absent: the span bears no cost. `0.18` priced, `?no-price` unpriced, `~0.02` estimated between 0 and it. */
  readonly cost?: string;
  readonly currency?: string;
  readonly category?: Category;
  readonly role?: SpanRole;
  readonly waste?: boolean;
  readonly call?: string;
  readonly scope?: string;
  readonly dialect?: string;
  readonly provider?: string;
  readonly usage?: Observation['usage'];
  readonly handoff?: string;
  readonly touchMs?: number;
  readonly model?: string;
  readonly agent?: string;
  /** Bytes of the span as telemetry, and dollars asked for a gigabyte of it: `?` without a price. Default: nobody asked. */
  readonly bytes?: number;
  readonly perGigabyte?: string;
};

/** Identity of an entry that is no span, as the ledger makes it. */
export function entryIdOf(tenant: string, traceId: string, name: string): string {
  return hash('sha256', `${tenant}\n${traceId}\n${name}`, 'hex').slice(0, 32);
}

/** A fact as the meter would send it. */
export function fact(sketch: FactSketch): SpanFact {
  const startNs = noonNs + BigInt(sketch.start ?? 0) * secondNs;
  return {
    tenant: sketch.tenant ?? 'default',
    traceId: hex(sketch.trace ?? 'trace', 32),
    spanId: hex(sketch.span, 16),
    parentSpanId: sketch.parent === undefined || sketch.parent === '' ? '' : hex(sketch.parent, 16),
    name: sketch.span,
    startNs,
    endNs: sketch.end === undefined ? startNs + secondNs : noonNs + BigInt(sketch.end) * secondNs,
    ...itemOf(sketch),
    ...(sketch.outcome === undefined
      ? {}
      : { outcome: { value: sketch.outcome, atNs: noonNs + BigInt(sketch.end ?? (sketch.start ?? 0) + 1) * secondNs } }),
    ...(sketch.dimensions === undefined ? {} : { dimensions: sketch.dimensions }),
    ...(sketch.bytes === undefined
      ? {}
      : { telemetry: { bytes: sketch.bytes, prices: telemetryPrices(sketch.perGigabyte ?? '0.10') } }),
    ...(sketch.cost === undefined ? {} : { observation: observation(sketch, sketch.cost) }),
  };
}

function telemetryPrices(perGigabyte: string): string {
  const line = { unit: 'telemetry_gb', quantity: '1' };
  return telemetryPricesText({
    ...{ provider: 'vendor', model: 'traces', currency: 'USD', book: { version: '2026-06-01', sha256: 'cd'.repeat(32) } },
    lines:
      perGigabyte === '?'
        ? [{ ...line, status: 'unpriced', reason: 'no-price' }]
        : [
            { ...line, priceId: 'vendor/gb', amount: perGigabyte, per: '1', cost: perGigabyte, status: 'priced' },
            {
              unit: 'telemetry_spans',
              quantity: '1',
              priceId: 'vendor/spans',
              amount: '2',
              per: '1000000',
              cost: '1',
              status: 'priced',
            },
          ],
  });
}

/**
 * Facts from a table: the first line names the columns, which are those of {@link FactSketch}; `waste` holds when its cell
 * is not empty, `usage` and `dimensions` are written `unit=1 other=2`, no usage `none`.
 */
export function facts(table: string, defaults: Partial<FactSketch> = {}): SpanFact[] {
  const [header = '', ...rows] = table
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '');
  const columns = header.split('|').map((column) => column.trim());
  return rows.map((row, index) => {
    const cells = row.split('|').map((cell) => cell.trim());
    const sketch: Record<string, unknown> = { start: index, ...defaults };
    for (const [position, column] of columns.entries()) {
      const cell = cells[position] ?? '';
      if (cell !== '') sketch[column] = parseCell(column, cell);
    }
    return fact(sketch as FactSketch);
  });
}

/** A name as lower-case hex of a fixed length, readable enough to find it again. */
export function hex(name: string, length: number): string {
  return Buffer.from(name).toString('hex').padStart(length, '0').slice(-length);
}

function parseCell(column: string, cell: string): unknown {
  if (column === 'waste') return true;
  if (column === 'start' || column === 'end' || column === 'touchMs' || column === 'bytes') return Number(cell);
  if (column === 'usage' && cell === 'none') return {};
  if (column === 'usage') return Object.fromEntries(pairs(cell).map(([unit, count]) => [unit, Number(count)]));
  if (column === 'dimensions') return Object.fromEntries(pairs(cell));
  return cell;
}

function pairs(cell: string): readonly (readonly [string, string])[] {
  return cell.split(' ').map((pair) => {
    const [key = '', value = ''] = pair.split('=');
    return [key, value] as const;
  });
}

function itemOf({ item, parentItem }: FactSketch): Pick<SpanFact, 'item' | 'itemProblem'> {
  if (item === undefined) return {};
  if (item.startsWith('!')) return { itemProblem: item.slice(1) };
  const [type = '', id = ''] = item.split(' ');
  return { item: { type, id, source: 'span', ...(parentItem === undefined ? {} : { parentId: parentItem }) } };
}

function observation(sketch: FactSketch, cost: string): Observation {
  const unit = Object.keys(sketch.usage ?? {})[0] ?? 'requests';
  return {
    // In production a hash; here readable and just as unique.
    entryId: hex(`${sketch.tenant ?? ''}${sketch.trace ?? 'trace'}/${sketch.span}`, 32),
    scopeName: sketch.scope ?? '@costspan/sdk',
    scopeVersion: '1',
    dialect: sketch.dialect ?? 'costspan',
    role: sketch.role ?? 'call',
    ...(sketch.call === undefined ? {} : { callId: sketch.call }),
    category: sketch.category ?? 'llm',
    provider: sketch.provider ?? 'openai',
    model: sketch.model ?? 'gpt-5',
    usage: sketch.usage ?? { requests: 1 },
    receipt: receipt(cost, unit, sketch.currency ?? 'USD'),
    waste: sketch.waste ?? false,
    ...(sketch.agent === undefined ? {} : { agent: sketch.agent }),
    ...(sketch.handoff === undefined && sketch.touchMs === undefined
      ? {}
      : {
          human: {
            role: 'reviewer',
            ...(sketch.touchMs === undefined ? {} : { touchMs: sketch.touchMs }),
            ...(sketch.handoff === undefined ? {} : { handoffId: sketch.handoff }),
          },
        }),
  };
}

function receipt(cost: string, unit: string, currency: string): Observation['receipt'] {
  const book = { version: '2026-06-01', sha256: 'ab'.repeat(32) };
  if (cost.startsWith('?')) {
    const [reason = '', status = 'unpriced'] = cost.slice(1).split(':') as [
      string,
      ('unpriced' | 'usage_missing' | 'invalid_usage')?,
    ];
    return {
      ...{ status, complete: false, source: 'price_book', currency, amount: '0' },
      ...{ amountPico: 0n, lowPico: 0n, highPico: 0n },
      lines: [{ unit, quantity: '1', status, reason }],
      reasons: [reason],
      book,
    } as const;
  }
  const isEstimate = cost.startsWith('~');
  const amount = cost.replace('~', '');
  const amountPico = parsePico(amount);
  if (amountPico === undefined) throw new Error(`not a cost: ${cost}`);
  const status: Extract<Status, 'priced' | 'estimated'> = isEstimate ? 'estimated' : 'priced';
  return {
    ...{ status, complete: true, source: 'price_book', currency, amount, amountPico },
    ...{ lowPico: isEstimate ? 0n : amountPico, highPico: amountPico },
    lines: [{ unit, quantity: '1', priceId: `openai/${unit}`, amount, per: '1', cost: amount, status }],
    reasons: isEstimate ? ['attempt-possible'] : [],
    book,
  };
}
