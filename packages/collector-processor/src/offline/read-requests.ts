import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { CostspanError } from '../errors.ts';
import type { Encoding } from '../ingest.ts';
import { offlineRequestBytesMax } from '../limits.ts';

/** One trace request of a file. */
export type FileRequest = {
  /** File, and line where the file has one request per line. */
  readonly where: string;
  readonly encoding: Encoding;
  readonly body: Uint8Array;
};

/**
 * The trace requests of a file: `.pb` holds one as protobuf, `.json` one as OTLP/JSON, `.jsonl` one per line; each may
 * end in `.gz`. Throws a {@link CostspanError} when the file cannot be read.
 */
export async function* readRequests(file: string): AsyncGenerator<FileRequest> {
  const packed = file.endsWith('.gz');
  const kind = /\.(pb|json|jsonl)(\.gz)?$/.exec(file)?.[1];
  try {
    if (kind === 'pb' || kind === 'json') {
      const bytes = await readFile(file);
      const body = packed ? await promisify(gunzip)(bytes, { maxOutputLength: offlineRequestBytesMax }) : bytes;
      yield { where: file, encoding: kind === 'pb' ? 'protobuf' : 'json', body };
    } else if (kind === 'jsonl') {
      yield* readLines(file, packed);
    } else {
      throw new CostspanError('input-invalid', `${file}: expected a name that ends in .pb, .json or .jsonl, with or without .gz`);
    }
  } catch (error) {
    if (error instanceof CostspanError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError('file-unreadable', `${file}: cannot be read (${reason}); check that it is there and whole`);
  }
}

async function* readLines(file: string, packed: boolean): AsyncGenerator<FileRequest> {
  const bytes = createReadStream(file);
  const unpacked = packed ? bytes.pipe(createGunzip()) : bytes;
  // An error of the file would otherwise go unheard: readline listens to the unpacked stream only.
  bytes.on('error', (error) => unpacked.destroy(error));
  let number = 0;
  for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() !== '') yield { where: `${file}:${number}`, encoding: 'json', body: Buffer.from(line) };
  }
}
