import { joinPico } from '@costspan/pricing';

/** Sums by two numbers, whose they are and of which kind, made to be added to a million times a second. Exact however large. */
export type SumTable = {
  /** Number of the row of an owner and a kind, which are integers; a new row is empty. */
  readonly rowOf: (owner: number, kind: number) => number;
  /** Counts one entry. `whole` is at most {@link wholeMax} either way, `pico` from 0 to one whole, as `splitPico` makes it. */
  readonly add: (row: number, whole: number, pico: number) => void;
  /** Counts one entry whose amount is larger or whose bounds are not its amount. */
  readonly addExactly: (row: number, amounts: Amounts) => void;
  /** In the order in which they were first asked for. */
  readonly rows: () => Iterable<SumRow>;
};

/** Amounts in pico units. */
export type Amounts = { readonly amountPico: bigint; readonly lowPico: bigint; readonly highPico: bigint };

/** Sum of the entries of one owner and one kind. */
export type SumRow = Amounts & { readonly owner: number; readonly kind: number; readonly entries: number };

/**
 * Whole units an entry may add to sums that are kept as doubles. Those count integers exactly to 2^53, so nine billion entries
 * of this size add up exactly.
 */
export const wholeMax = 1_000_000;

const picoPerWhole = 1_000_000_000_000;

/** Numbers in columns, found by hash: an object for each row would take four times the memory and the time. */
export function createSumTable(): SumTable {
  let capacity = 1_024;
  let size = 0;
  let slots = emptySlots(capacity);
  let [owners, kinds, entries, wholes, picos] = [1, 2, 3, 4, 5].map(() => new Float64Array(capacity)) as Columns;
  const exact = new Map<number, Amounts>();
  let last = -1;

  /** The slot that has the row, or that it is to have. */
  const slotOf = (owner: number, kind: number): number => {
    const mask = slots.length - 1;
    for (let slot = hashOf(owner, kind) & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot] as number;
      if (row === noRow || (owners[row] === owner && kinds[row] === kind)) return slot;
    }
  };
  const grow = (): void => {
    capacity *= 2;
    [owners, kinds, entries, wholes, picos] = [owners, kinds, entries, wholes, picos].map((column) =>
      widened(column, capacity),
    ) as Columns;
    slots = emptySlots(capacity);
    for (let row = 0; row < size; row += 1) slots[slotOf(owners[row] as number, kinds[row] as number)] = row;
  };
  return {
    rowOf: (owner, kind) => {
      // What follows each other in a ledger is mostly of one trace, and so of one item.
      if (last >= 0 && owners[last] === owner && kinds[last] === kind) return last;
      if (size === capacity) grow();
      const slot = slotOf(owner, kind);
      last = slots[slot] as number;
      if (last !== noRow) return last;
      last = size;
      slots[slot] = last;
      owners[last] = owner;
      kinds[last] = kind;
      size += 1;
      return last;
    },
    add: (row, whole, pico) => {
      const sum = (picos[row] as number) + pico;
      const carried = sum >= picoPerWhole ? 1 : 0;
      entries[row] = (entries[row] as number) + 1;
      picos[row] = sum - carried * picoPerWhole;
      wholes[row] = (wholes[row] as number) + whole + carried;
    },
    addExactly: (row, { amountPico, lowPico, highPico }) => {
      const sum = exact.get(row) ?? nothing;
      entries[row] = (entries[row] as number) + 1;
      exact.set(row, {
        amountPico: sum.amountPico + amountPico,
        lowPico: sum.lowPico + lowPico,
        highPico: sum.highPico + highPico,
      });
    },
    rows: function* () {
      for (let row = 0; row < size; row += 1) {
        const pico = joinPico(BigInt(wholes[row] as number), BigInt(picos[row] as number));
        const { amountPico, lowPico, highPico } = exact.get(row) ?? nothing;
        yield {
          ...{ owner: owners[row] as number, kind: kinds[row] as number, entries: entries[row] as number },
          ...{ amountPico: amountPico + pico, lowPico: lowPico + pico, highPico: highPico + pico },
        };
      }
    },
  };
}

type Columns = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

const nothing: Amounts = { amountPico: 0n, lowPico: 0n, highPico: 0n };
const noRow = -1;

/** Twice as many slots as rows, so that searches stay short; a power of two. */
function emptySlots(capacity: number): Int32Array {
  return new Int32Array(2 * capacity).fill(noRow);
}

function widened(column: Float64Array, capacity: number): Float64Array {
  const wider = new Float64Array(capacity);
  wider.set(column);
  return wider;
}

/** Owners and kinds count up from 1, so their low bits are multiplied up and folded back down. */
function hashOf(owner: number, kind: number): number {
  const mixed = Math.imul(owner, 0x9e37_79b1) ^ Math.imul(kind, 0x85eb_ca6b);
  return mixed ^ (mixed >>> 15);
}
