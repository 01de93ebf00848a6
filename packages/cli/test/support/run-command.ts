import { Command } from 'commander';
import { vi } from 'vitest';

/** Runs a command as the shell would and returns what it wrote; rejects with the error it would end with. */
export async function runCommand(register: (program: Command) => void, ...args: readonly string[]): Promise<string> {
  const program = new Command('costspan').exitOverride().configureOutput({ writeErr: () => {} });
  register(program);
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return written.join('');
}
