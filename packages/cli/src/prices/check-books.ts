import { formatBookIssue, loadBooks } from '@costspan/pricebook';
import { type CommandStreams, writeText } from './command-streams.ts';

export type CheckFlags = {
  /** False with `--no-catalog`: the books are checked against each other alone. */
  readonly catalog: boolean;
};

/** Checks books one by one and then together with the default books, and prints every problem with its line. Returns their number. */
export async function checkBooks(files: readonly string[], { catalog }: CheckFlags, streams: CommandStreams): Promise<number> {
  const loaded = await loadBooks({ files, withCatalog: catalog });
  if (loaded.kind === 'invalid') {
    for (const issue of loaded.issues) await writeText(streams.stdout, `${formatBookIssue(issue)}\n`);
    return loaded.issues.length;
  }
  for (const warning of loaded.warnings) await writeText(streams.stderr, `warning: ${formatBookIssue(warning)}\n`);
  const { version, sha256, rowCount } = loaded.book;
  await writeText(streams.stdout, `ok: ${version}, ${rowCount} rows, sha256 ${sha256}\n`);
  return 0;
}
