import { ATTR_GEN_AI_OPERATION_NAME, ATTR_GEN_AI_TOOL_NAME } from '@costspan/semconv';
import { SpanKind } from '@opentelemetry/api';
import { deriveClient, type Replacement } from '../derive/derive-client.ts';
import { guard } from '../faults.ts';
import { type WrapParts, wrapFunction } from './wrap-function.ts';

/** A client of `@modelcontextprotocol/sdk`, as far as it is needed. */
type McpClient = {
  readonly callTool: (...args: readonly unknown[]) => unknown;
  readonly getServerVersion: () => { readonly name?: unknown } | undefined;
};

/**
 * A stand-in for a client of an MCP server that meters its tool calls, or undefined when `client` is none. Each tool has
 * the price `<provider>/<tool>`; the provider is the name of the server, unless `options` names another.
 */
export const meterMcpClient = <T extends object>(
  parts: WrapParts,
  client: T,
  options: { readonly provider?: string },
): T | undefined => {
  if (!isMcpClient(client)) return undefined;
  const callTool: Replacement =
    (original) =>
    (...args) => {
      const name = guard('reading a tool call', () => toolNameOf(args[0]), undefined);
      if (name === undefined) return original(...args);
      const provider = options.provider ?? serverNameOf(client);
      return wrapFunction(parts, original, {
        spanName: `execute_tool ${name}`,
        kind: SpanKind.CLIENT,
        category: 'tool',
        attributes: {
          [ATTR_GEN_AI_OPERATION_NAME]: 'execute_tool',
          [ATTR_GEN_AI_TOOL_NAME]: name,
          'mcp.method.name': 'tools/call',
        },
        ...(provider !== undefined && { sku: `${provider}/${name}` }),
        usage: { tool_calls: 1 },
        failed: 'possible',
        isAsync: true,
        failureOf: (result) => (isToolError(result) ? 'tool_error' : undefined),
      })(...args);
    };
  return deriveClient(client, { methods: { callTool } });
};

const isMcpClient = (client: object): client is McpClient & typeof client =>
  ['callTool', 'listTools', 'getServerVersion', 'readResource'].every(
    (name) => name in client && typeof Reflect.get(client, name) === 'function',
  );

const toolNameOf = (request: unknown): string | undefined => {
  if (typeof request !== 'object' || request === null || !('name' in request)) return undefined;
  return typeof request.name === 'string' && request.name !== '' ? request.name : undefined;
};

/** The name the server gave itself, as a provider: prices have no spaces and slashes in it. */
const serverNameOf = (client: McpClient): string | undefined => {
  const name = guard('reading the name of an MCP server', () => client.getServerVersion()?.name, undefined);
  return typeof name === 'string' && name !== '' ? name.toLowerCase().replaceAll(/[\s/]+/g, '-') : undefined;
};

/** A tool that failed answers so; the protocol keeps errors for calls that reached no tool. */
const isToolError = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'isError' in result && result.isError === true;
