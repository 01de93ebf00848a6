// An agent whose tools are on an MCP server: what each call costs, and what the calls that failed have cost for nothing.
import { startCostspan } from '@costspan/sdk';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

// A server in this process; one over stdio or HTTP is metered alike.
const server = new McpServer({ name: 'registry', version: '1.0.0' });
server.registerTool('lookup', { inputSchema: { company: z.string() } }, ({ company }) => {
  if (company === '') throw new Error('no company');
  return { content: [{ type: 'text', text: `${company} is registered` }] };
});

const costspan = startCostspan({ serviceName: 'onboarding' });
const mcp = costspan.meter(new Client({ name: 'agent', version: '1.0.0' }));
const [here, there] = InMemoryTransport.createLinkedPair();
await Promise.all([server.connect(there), mcp.connect(here)]);

await costspan.workItem.run({ type: 'application', id: 'A-1' }, async () => {
  for (const company of ['Acme', '', 'Globex']) {
    const { isError, content } = await mcp.callTool({ name: 'lookup', arguments: { company } });
    console.log(isError === true ? 'failed:' : 'found:', content);
  }
});

await costspan.flush();
const { total, low, waste } = (await costspan.workItem.ref({ type: 'application', id: 'A-1' }).cost()) ?? {};
console.log({ total, low, waste });
await mcp.close();
await costspan.shutdown();
