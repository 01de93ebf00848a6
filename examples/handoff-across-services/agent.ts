// The agent's process: it comes to a claim above its limit, hands it to a person, and ends.
import { startCostspan } from '@costspan/sdk';

const costspan = startCostspan({ serviceName: 'claims-agent' });
for (const id of ['C-1', 'C-2', 'C-3']) {
  await costspan.workItem.run({ type: 'claim', id }, async (claim) => {
    const { token } = await claim.handoff({ role: 'claims-reviewer', reason: 'over-limit' });
    // Into a queue, a ticket, a link in a mail: wherever it can wait.
    console.log(token);
  });
}
await costspan.shutdown();
