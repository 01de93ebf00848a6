import { expect, test } from 'vitest';
import { createServicePages, type ServiceState } from '../src/service-pages.ts';

const works: ServiceState = { isClosing: () => false, ledgerFault: () => undefined, metricsText: async () => 'metrics\n' };
const stopped = 'costspan.db: the ledger has stopped (out of memory); restart costspan';

type Told = readonly [status: number, body: string];

test.for<readonly [what: string, state: ServiceState, health: Told, readiness: Told]>([
  ['it works', works, [200, 'ok\n'], [200, 'ready\n']],
  ['it is shutting down', { ...works, isClosing: () => true }, [200, 'ok\n'], [503, 'shutting down\n']],
  ['its ledger has ended', { ...works, ledgerFault: () => stopped }, [503, `${stopped}\n`], [503, `${stopped}\n`]],
])('while %s', async ([, state, health, readiness]) => {
  const pages = createServicePages(state);
  const answers = await Promise.all(['/healthz', '/readyz'].map((path) => pages[path]?.()));
  expect(answers.map((answer) => [answer?.status, answer?.body])).toEqual([health, readiness]);
});

test('while it starts there are no metrics', async () => {
  expect(await createServicePages({ ...works, metricsText: async () => undefined })['/metrics']?.()).toMatchObject({
    status: 503,
  });
});
