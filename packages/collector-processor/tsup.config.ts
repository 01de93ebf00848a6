import { packageBuild } from '../../tsup.base.ts';

export default packageBuild([
  'src/index.ts',
  'src/store/ledger-worker.ts',
  'src/threads/network-worker.ts',
  'src/metrics-out/cost-worker.ts',
]);
