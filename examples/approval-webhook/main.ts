// An agent that pays refunds. Above five dollars a person has to agree, in another process, and the refund goes on.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ApprovalRequiredError, startCostspan } from '@costspan/sdk';

// Both processes sign and check with the same key.
process.env['COSTSPAN_HANDOFF_KEY'] ??= 'an example, not a secret';
const webhook = spawn(process.execPath, [...process.execArgv, fileURLToPath(new URL('webhook.ts', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(webhook.stdout, 'data');
const address = String(line).trim();

const costspan = startCostspan({ serviceName: 'refunds' });
const perTicket = costspan.budget({
  per: 'item',
  currency: 'USD',
  gate: '5.00',
  hard: '20.00',
  approval: { role: 'team-lead', timeoutMs: 8 * 60 * 60 * 1000 },
});
const refund = costspan.tool('refund', async (order: string) => `${order} refunded`, {
  cost: { amount: '4.00', currency: 'USD' },
});

/** Pays a refund; where a person has to agree first, asks and tries again. */
const refundWithApproval = async (order: string): Promise<string> => {
  try {
    return await refund(order);
  } catch (error) {
    const request = ApprovalRequiredError.find(error)?.request;
    if (request === undefined) throw error;
    console.log(
      `${order}: asking ${request.role}: ${request.committed} spent, ${request.wanted} wanted, gate at ${request.gate}`,
    );
    const answer = await fetch(address, { method: 'POST', body: JSON.stringify(request) });
    await costspan.approval.apply(await answer.text());
    const decision = await costspan.approval.wait(request);
    console.log(`${order}: ${decision}`);
    if (decision !== 'granted') throw error;
    return refundWithApproval(order);
  }
};

await costspan.workItem.run({ type: 'ticket', id: 'T-42', budgets: [perTicket] }, async () => {
  for (const order of ['order 1', 'order 2', 'order 3']) console.log(await refundWithApproval(order));
});
webhook.kill();
await once(webhook, 'exit');
await costspan.shutdown();
