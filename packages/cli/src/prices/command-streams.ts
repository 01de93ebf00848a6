import type { Readable, Writable } from 'node:stream';

/** The streams of a command: the process's own, or those of a test. */
export type CommandStreams = {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
};

/** The streams of the process. When the reader of standard output leaves, as `| head` does, the process ends without a word. */
export function processStreams(): CommandStreams {
  if (!process.stdout.listeners('error').includes(endWithReader)) process.stdout.on('error', endWithReader);
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
}

function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** Writes text and waits while the reader is behind. */
export async function writeText(stream: Writable, text: string): Promise<void> {
  if (text === '' || stream.write(text)) return;
  await new Promise<void>((resolve) => stream.once('drain', resolve));
}
