// One cell of the matrix, loaded by `import`: node cell-import.ts <client> <otel> [full]
import { createCostspan } from '@costspan/sdk';
import * as testkit from '@costspan/testkit';
import { context, trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { ClientName } from './cell-type.ts';
import type { AiLibrary, ClientLibrary } from './loaded-type.ts';
import { runCell } from './run-cell.ts';

const [client = '', otel = '', size] = process.argv.slice(2);

const clientOf = (module: { readonly default: unknown }): ClientLibrary => ({ kind: 'client', Client: module.default as never });

const aiOf = (ai: unknown, openai: unknown, anthropic: unknown, bedrock: unknown, otelOfAi?: unknown): AiLibrary => {
  const modules = { ai, openai, anthropic, bedrock, ...(otelOfAi !== undefined && { otel: otelOfAi }) };
  return { kind: 'ai', ...(modules as Omit<AiLibrary, 'kind'>) };
};

const load: Readonly<Record<ClientName, () => Promise<ClientLibrary | AiLibrary>>> = {
  'openai-5': async () => clientOf(await import('openai-5')),
  'openai-6': async () => clientOf(await import('openai-6')),
  'openai-7': async () => clientOf(await import('openai-7')),
  'anthropic-0-50': async () => clientOf(await import('anthropic-0-50')),
  'anthropic-0-120': async () => clientOf(await import('anthropic-0-120')),
  'anthropic-1': async () => clientOf(await import('anthropic-1')),
  'ai-5': async () =>
    aiOf(await import('ai-5'), await import('ai-5-openai'), await import('ai-5-anthropic'), await import('ai-5-bedrock')),
  'ai-6': async () =>
    aiOf(await import('ai-6'), await import('ai-6-openai'), await import('ai-6-anthropic'), await import('ai-6-bedrock')),
  'ai-7': async () =>
    aiOf(
      await import('ai'),
      await import('@ai-sdk/openai'),
      await import('@ai-sdk/anthropic'),
      await import('@ai-sdk/amazon-bedrock'),
      await import('@ai-sdk/otel'),
    ),
};

const register = async (): Promise<(spanProcessors: SpanProcessor[]) => void> => {
  if (otel === 'otel-2') {
    const { NodeTracerProvider } = await import('otel-2');
    return (spanProcessors) => new NodeTracerProvider({ spanProcessors: spanProcessors as never }).register();
  }
  const { TracerProvider } = await import('@opentelemetry/sdk-trace');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  return (spanProcessors) => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
  };
};

const library = await load[client as ClientName]();
await runCell(
  { client: client as ClientName, isFull: size === 'full' },
  { createCostspan, testkit, register: await register(), library },
);
