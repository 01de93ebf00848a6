import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startOtlpSink } from '@costspan/testkit';
import { expect, test } from 'vitest';

test('a refund above the gate waits for a person in another process, whose minutes are charged to the ticket', async () => {
  await using sink = await startOtlpSink();
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=costspan-source', 'main.ts'], {
    cwd: new URL('..', import.meta.url).pathname,
    env: { ...process.env, COSTSPAN_ENDPOINT: sink.url },
  });
  expect(stdout).toBe(
    [
      'order 1 refunded',
      'order 2: asking team-lead: 4 spent, 4 wanted, gate at 5',
      'order 2: granted',
      'order 2 refunded',
      'order 3 refunded',
      '',
    ].join('\n'),
  );
  const sent = sink
    .accepted('traces')
    .map(({ wireBody }) => wireBody.toString('latin1'))
    .join('\n');
  expect(sent).toContain('costspan.human.touch_ms');
  expect(sent).toContain('team-lead');
});
