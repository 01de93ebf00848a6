import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { measure } from '../support/measure.ts';

const connect = async (): Promise<Client> => {
  const server = new McpServer({ name: 'Claims desk', version: '1.0.0' });
  server.registerTool('lookup', { inputSchema: { claim: z.string() } }, ({ claim }) => ({
    content: [{ type: 'text', text: `claim ${claim}` }],
  }));
  server.registerTool('break', {}, () => {
    throw new Error('the desk is closed');
  });
  const client = new Client({ name: 'agent', version: '1.0.0' });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), client.connect(here)]);
  return client;
};

test('tool calls of a real client are metered by the name of the tool; what comes back, class and types are the same', async () => {
  const plain = await connect();
  const { costspan, ofRole } = measure();
  const client = costspan.meter(plain);
  expectTypeOf(client).toEqualTypeOf<Client>();
  expect(client).toBeInstanceOf(Client);
  const asked = { name: 'lookup', arguments: { claim: 'C-7' } };
  const told = await costspan.workItem.run({ type: 'claim', id: 'C-7' }, () => client.callTool(asked));
  expect(told).toEqual(await plain.callTool(asked));
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['lookup', 'break']);
  const [span, ...others] = await ofRole('tool');
  expect(others).toEqual([]);
  expect(span?.name).toBe('execute_tool lookup');
  expect({ ...span?.attributes }).toEqual({
    'costspan.role': 'tool',
    'costspan.category': 'tool',
    'costspan.sku': 'claims-desk/lookup',
    'costspan.usage.tool_calls': 1,
    'costspan.work_item.type': 'claim',
    'costspan.work_item.id': 'C-7',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'lookup',
    'mcp.method.name': 'tools/call',
  });
  await client.close();
});

test.each([
  ['a tool that fails', 'break'],
  ['a tool that is not there', 'nothing'],
])('%s is answered as it was, and marked as failed', async (_, name) => {
  const plain = await connect();
  const { costspan, ofRole } = measure();
  const told = await costspan.meter(plain, { provider: 'desk' }).callTool({ name });
  expect(told).toEqual(await plain.callTool({ name }));
  expect(told.isError).toBe(true);
  const [span] = await ofRole('tool');
  expect(span?.attributes).toMatchObject({
    'costspan.sku': `desk/${name}`,
    'error.type': 'tool_error',
    'costspan.attempt.billable': 'possible',
  });
  await plain.close();
});

test('an error of the protocol is the same error', async () => {
  const plain = await connect();
  const { costspan, ofRole } = measure();
  await plain.close();
  await expect(costspan.meter(plain).callTool({ name: 'lookup' })).rejects.toThrow('Not connected');
  expect((await ofRole('tool'))[0]?.status).toEqual({ code: 2 });
});
