import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const streams = new URL('../../src/prices/command-streams.ts', import.meta.url).href;
const code = `
import { processStreams, writeText } from ${JSON.stringify(streams)};
const { stdout } = processStreams();
processStreams();
for (let number = 0; ; number += 1) await writeText(stdout, number + '\\n');
`;

test('a command ends without a word when the reader of its output leaves', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  const err = text(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  expect([exitCode, await err]).toEqual([0, '']);
});
