import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { FileExporterConfig } from '../config/config.ts';
import { CostspanError } from '../errors.ts';
import { destinationRetryAfterMs } from '../limits.ts';
import type { Signal } from '../otlp/codec.ts';
import type { Exporter } from './exporter.ts';

type Line = { readonly bytes: Uint8Array; readonly settle: (error?: NodeJS.ErrnoException) => void };

/** What a file exporter works with. */
export type FileExporterOptions = {
  readonly name: string;
  readonly config: Pick<FileExporterConfig, 'path' | 'fileBytesMax' | 'backupsMax' | 'fsync'>;
  /** Writes a protobuf request as OTLP/JSON without line breaks. */
  readonly toJson: (signal: Signal, body: Uint8Array) => Uint8Array;
};

/**
 * Appends each request as one line of OTLP/JSON. A request is accepted once its line is written, and on the disk where
 * `fsync` is on; lines that arrive meanwhile share the next write. A write that fails leaves no half line.
 */
export async function openFileExporter({ name, config, toJson }: FileExporterOptions): Promise<Exporter> {
  let file = await openFile(config.path);
  let waiting: Line[] = [];
  let writing: Promise<void> | undefined;

  const writeAll = async (): Promise<void> => {
    for (let lines = waiting; lines.length > 0; lines = waiting) {
      waiting = [];
      const error = await write(lines);
      for (const line of lines) line.settle(error);
    }
    writing = undefined;
  };

  const write = async (lines: readonly Line[]): Promise<NodeJS.ErrnoException | undefined> => {
    const bytes = lines.reduce((sum, line) => sum + line.bytes.length, 0);
    try {
      if (file.bytes > 0 && file.bytes + bytes > config.fileBytesMax) {
        await file.handle.close();
        await rotate(config.path, config.backupsMax);
        file = await openFile(config.path);
      }
      await appendAll(file.handle, lines);
      if (config.fsync) await file.handle.datasync();
      file.bytes += bytes;
      return undefined;
    } catch (error) {
      // Whatever part of it reached the file goes again: a reader never meets half a line.
      await file.handle.truncate(file.bytes).catch(async () => {
        file = await openFile(config.path).catch(() => file);
      });
      return error as NodeJS.ErrnoException;
    }
  };

  return {
    name,
    send: ({ signal, body }) =>
      new Promise((resolve) => {
        const settle = (error?: NodeJS.ErrnoException): void =>
          resolve(
            error === undefined
              ? { kind: 'accepted' }
              : {
                  kind: 'retryable',
                  message: `${name}: the file cannot be written (${error.code ?? error.name})`,
                  retryAfterMs: destinationRetryAfterMs,
                },
          );
        waiting.push({ bytes: Buffer.concat([toJson(signal, body), lineBreak]), settle });
        writing ??= writeAll();
      }),
    close: async () => {
      await writing;
      await file.handle.close();
    },
  };
}

const lineBreak = Buffer.from('\n');
const openingBrace = 0x7b;

async function appendAll(handle: FileHandle, lines: readonly Line[]): Promise<void> {
  for (const { bytes } of lines) {
    for (let written = 0; written < bytes.length; ) {
      written += (await handle.write(bytes, written)).bytesWritten;
    }
  }
}

async function openFile(path: string): Promise<{ readonly handle: FileHandle; bytes: number }> {
  try {
    const handle = await open(path, 'a+', 0o600);
    const { size } = await handle.stat();
    return { handle, bytes: await dropHalfLine(handle, size, path) };
  } catch (error) {
    if (error instanceof CostspanError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError(
      'file-unwritable',
      `${path}: cannot be opened for writing (${reason}); check the folder and its permissions`,
    );
  }
}

/** After a crash the last line may be half written. It was never acknowledged: it goes. Returns the length of the file. */
async function dropHalfLine(handle: FileHandle, size: number, path: string): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  const first = await handle.read(chunk, 0, 1, 0);
  if (first.bytesRead > 0 && chunk[0] !== openingBrace) {
    throw new CostspanError('file-unwritable', `${path}: holds something other than OTLP/JSON lines; choose another path`);
  }
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    await handle.read(chunk, 0, end - start, start);
    const lineEnd = chunk.subarray(0, end - start).lastIndexOf(10);
    if (lineEnd >= 0) {
      const kept = start + lineEnd + 1;
      if (kept < size) await handle.truncate(kept);
      return kept;
    }
    end = start;
  }
  if (size > 0) await handle.truncate(0);
  return 0;
}

/** Moves `path` to `path.1`, `path.1` to `path.2` and so on; the oldest goes. */
async function rotate(path: string, backupsMax: number): Promise<void> {
  if (backupsMax === 0) return rm(path, { force: true });
  for (let number = backupsMax - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${number}`;
    await rename(from, `${path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
