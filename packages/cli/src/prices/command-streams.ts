import type { Readable, Writable } from 'node:stream';

/** The streams of a command: the process's own, or those of a test. */
export type CommandStreams = {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
};

/** The streams of the process. */
export const processStreams = (): CommandStreams => ({ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });

/** Writes text and waits while the reader is behind. */
export async function writeText(stream: Writable, text: string): Promise<void> {
  if (text === '' || stream.write(text)) return;
  await new Promise<void>((resolve) => stream.once('drain', resolve));
}
