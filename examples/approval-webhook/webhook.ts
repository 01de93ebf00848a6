// Where people decide: a process of its own that knows nothing but the key. A real one would show the request in a chat and
// wait for a click; this one approves what stays below ten dollars, and says that it took the reviewer two minutes.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ApprovalRequest, startCostspan } from '@costspan/sdk';

const costspan = startCostspan({ serviceName: 'approvals' });

const server = createServer(async (request, response) => {
  const approval: ApprovalRequest = JSON.parse(await text(request));
  const decide = Number(approval.committed) + Number(approval.wanted) < 10 ? costspan.approval.grant : costspan.approval.deny;
  const { receipt } = await decide(approval.token, { touch: { minutes: 2 } });
  response.end(receipt);
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  // The parent process waits for this line.
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`);
});
process.once('SIGTERM', () => {
  server.close();
  costspan.shutdown().then(() => process.exit());
});
