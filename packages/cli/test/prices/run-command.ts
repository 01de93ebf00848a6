import { Command } from 'commander';
import { vi } from 'vitest';
import { registerPriceCommand } from '../../src/commands/price.ts';
import { registerPricesCommand } from '../../src/commands/prices.ts';

/** Runs the price commands as the program does and returns what they printed, and the message of the error they ended with. */
export async function runCommand(
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string; readonly failure: string | undefined }> {
  const written = { out: '', err: '' };
  const collectInto =
    (name: 'out' | 'err') =>
    (chunk: unknown): boolean => {
      written[name] += String(chunk);
      return true;
    };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(collectInto('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(collectInto('err')),
  ];
  const program = new Command('costspan').exitOverride();
  registerPriceCommand(program);
  registerPricesCommand(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return { ...written, failure: undefined };
  } catch (error) {
    return { ...written, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
