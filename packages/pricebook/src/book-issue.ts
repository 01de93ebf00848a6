import { formatIssue } from '@costspan/pricing';

/** One problem of a book file, with its place. */
export type BookIssue = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Keys and list positions from the root of the document; empty: the document as a whole. */
  readonly path: readonly (string | number)[];
  readonly message: string;
};

/** The problem as one line that editors and terminals make a link of: `book.yaml:12:9: prices[3].amount: expected ...`. */
export function formatBookIssue({ file, line, column, path, message }: BookIssue): string {
  return `${file}:${line}:${column}: ${path.length === 0 ? message : formatIssue({ path, message })}`;
}
