// An agent hands claims to people; another process finishes them. Each person's minutes are charged to the claim, once.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// Both processes, and the service, have the same key.
const env = { COSTSPAN_HANDOFF_KEY: 'an example, not a secret', ...process.env };
const run = async (file: URL, ...args: readonly string[]): Promise<string> => {
  const command = [...process.execArgv, fileURLToPath(file), ...args];
  return (await promisify(execFile)(process.execPath, command, { env })).stdout;
};

const tokens = (await run(new URL('agent.ts', import.meta.url))).trim().split('\n');
console.log(`handed off: ${tokens.length} claims`);
process.stdout.write(await run(new URL('review-desk.ts', import.meta.url), ...tokens));
