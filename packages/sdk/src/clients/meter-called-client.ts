import { isDerived } from '../derive/derive-client.ts';
import { meterVectorClient } from '../vector/meter-vector-client.ts';
import { meterMcpClient } from '../wrap/mcp-client.ts';
import type { WrapParts } from '../wrap/wrap-function.ts';

/** A stand-in for a client that is metered at its methods, of a vector database or an MCP server; undefined for others. */
export const meterCalledClient = <T extends object>(
  parts: WrapParts,
  client: T,
  options: { readonly provider?: string },
): T | undefined => {
  if (typeof client !== 'object' || client === null) return undefined;
  if (isDerived(client)) return client;
  return meterVectorClient(parts, client, options) ?? meterMcpClient(parts, client, options);
};
