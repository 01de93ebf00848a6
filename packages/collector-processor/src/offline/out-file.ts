import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CostspanError } from '../errors.ts';
import type { Exporter } from '../exporters/exporter.ts';
import type { Signal } from '../otlp/codec.ts';

/** A destination that becomes a file only when all went well. */
export type OutFile = {
  readonly exporter: Exporter;
  /** Gives the file its name, replacing what was there. */
  readonly finish: () => Promise<void>;
  /** Leaves what was there as it was. */
  readonly discard: () => Promise<void>;
};

/** What an output file works with. */
export type OutFileOptions = {
  readonly file: string;
  readonly signal: Signal;
  readonly toJson: (signal: Signal, body: Uint8Array) => Uint8Array;
};

/**
 * Opens an output file beside its place. Its name says its form: `.pb` is one protobuf request, `.json` one of OTLP/JSON,
 * `.jsonl` one request per line; each may end in `.gz`.
 */
export async function openOutFile({ file, signal, toJson }: OutFileOptions): Promise<OutFile> {
  const kind = /\.(pb|json|jsonl)(\.gz)?$/.exec(file)?.[1];
  if (kind === undefined) {
    throw new CostspanError('input-invalid', `${file}: expected a name that ends in .pb, .json or .jsonl, with or without .gz`);
  }
  const partial = `${file}.partial`;
  const handle = await openPartial(partial, file);
  // Requests joined end to end are one request: every field of it is a list.
  const write =
    kind === 'jsonl'
      ? (body: Uint8Array) => Buffer.concat([toJson(signal, body), Buffer.from('\n')])
      : (body: Uint8Array) => body;
  return {
    exporter: {
      name: file,
      send: async (request) => {
        await handle.appendFile(write(request.body));
        return { kind: 'accepted' };
      },
      close: async () => undefined,
    },
    finish: async () => {
      await handle.close();
      if (kind === 'json') await writeFile(partial, Buffer.concat([toJson(signal, await readFile(partial)), Buffer.from('\n')]));
      if (file.endsWith('.gz')) await packInPlace(partial);
      await rename(partial, file);
    },
    discard: async () => {
      await handle.close();
      await rm(partial, { force: true });
    },
  };
}

async function openPartial(partial: string, file: string): Promise<FileHandle> {
  try {
    return await open(partial, 'w', 0o600);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError('file-unwritable', `${file}: cannot be written (${reason}); check the folder and its permissions`);
  }
}

async function packInPlace(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`, { mode: 0o600 }));
  await rename(`${path}.gz`, path);
}
