import { createCostspan } from '@costspan/sdk';
import { createTemporaryFolder } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { runToEnd } from '../support/run-to-end.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { pythonExample, pythonWith } from './install.ts';

const python = pythonWith(undefined);
if (python.kind === 'skipped') console.log(`The handoff to Python is skipped: ${python.why}.`);

test.skipIf(python.kind === 'skipped')('a handoff of the SDK is finished by Python over HTTP, and charged once', async () => {
  await using folder = await createTemporaryFolder();
  const endpoint = `127.0.0.1:${(await freePorts(1))[0]}`;
  const url = `http://${endpoint}`;
  const env = { COSTSPAN_ENDPOINT: endpoint, COSTSPAN_LEDGER: folder.join('costspan.db'), COSTSPAN_HANDOFF_KEY: 'k'.repeat(32) };
  await using _costspan = await startCostspan({ config: 'costspan.yaml', folder: pythonExample, env, endpoint });
  const costspan = createCostspan({ endpoint: url, handoffKey: env.COSTSPAN_HANDOFF_KEY });
  const item = { type: 'claim', id: 'C-7' };
  const { token } = await costspan.workItem.run(item, (claim) =>
    claim.handoff({ role: 'claims-reviewer', reason: 'over-limit' }),
  );
  await costspan.shutdown();

  const interpreter = python.kind === 'ready' ? python.interpreter : '';
  const complete = async (): Promise<{ readonly repeated: boolean }> =>
    JSON.parse(
      await runToEnd(interpreter, ['-B', 'complete_handoff.py', token, '7.5', 'approved'], pythonExample, { COSTSPAN_URL: url }),
    );
  expect([(await complete()).repeated, (await complete()).repeated]).toEqual([false, true]);
  const answer = await fetch(`${url}/v1/work-items/default/claim/C-7`);
  // 7.5 minutes are billed as 8 of an hour at 48.00.
  expect(await answer.json()).toMatchObject({ total: '6.4', by_category: { human: '6.4' }, complete: true });
});
