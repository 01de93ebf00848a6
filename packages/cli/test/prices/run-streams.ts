import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CommandStreams } from '../../src/prices/command-streams.ts';

/** Streams over texts: what goes in, and what came out once `end` was called. */
export function textStreams(
  input = '',
): CommandStreams & { readonly end: () => Promise<{ readonly out: string; readonly err: string }> } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  return {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    end: async () => {
      stdout.end();
      stderr.end();
      return { out: await out, err: await err };
    },
  };
}
