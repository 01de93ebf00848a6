// One cell of the matrix, loaded by `import`: node cell-import.ts <client> <otel>
import { createCostspan } from '@costspan/sdk';
import * as testkit from '@costspan/testkit';
import { context, trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { ClientName } from './cell-type.ts';
import { runCell } from './run-cell.ts';

const [client = '', otel = ''] = process.argv.slice(2);

const loadClient: Readonly<Record<ClientName, () => Promise<{ readonly default: unknown }>>> = {
  'openai-5': () => import('openai-5'),
  'openai-6': () => import('openai-6'),
  'openai-7': () => import('openai-7'),
  'anthropic-0-50': () => import('anthropic-0-50'),
  'anthropic-0-120': () => import('anthropic-0-120'),
  'anthropic-1': () => import('anthropic-1'),
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

const { default: Client } = await loadClient[client as ClientName]();
const result = await runCell(
  { client: client as ClientName },
  { createCostspan, testkit, register: await register(), Client: Client as never },
);
console.log(JSON.stringify(result));
