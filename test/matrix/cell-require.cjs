// One cell of the matrix, loaded by `require`: node cell-require.cjs <client> <otel> [full]
const { createCostspan } = require('@costspan/sdk');
const testkit = require('@costspan/testkit');
const { context, trace } = require('@opentelemetry/api');
const { runCell } = require('./run-cell.ts');

const [client, otel, size] = process.argv.slice(2);

const clientOf = (module) => ({ kind: 'client', Client: module.default ?? module });

const load = {
  'openai-5': () => clientOf(require('openai-5')),
  'openai-6': () => clientOf(require('openai-6')),
  'openai-7': () => clientOf(require('openai-7')),
  'anthropic-0-50': () => clientOf(require('anthropic-0-50')),
  'anthropic-0-120': () => clientOf(require('anthropic-0-120')),
  'anthropic-1': () => clientOf(require('anthropic-1')),
  'ai-5': () => ({
    kind: 'ai',
    ai: require('ai-5'),
    openai: require('ai-5-openai'),
    anthropic: require('ai-5-anthropic'),
    bedrock: require('ai-5-bedrock'),
  }),
  'ai-6': () => ({
    kind: 'ai',
    ai: require('ai-6'),
    openai: require('ai-6-openai'),
    anthropic: require('ai-6-anthropic'),
    bedrock: require('ai-6-bedrock'),
  }),
  'ai-7': () => ({
    kind: 'ai',
    ai: require('ai'),
    openai: require('@ai-sdk/openai'),
    anthropic: require('@ai-sdk/anthropic'),
    bedrock: require('@ai-sdk/amazon-bedrock'),
    otel: require('@ai-sdk/otel'),
  }),
};

const registerIn = {
  'otel-2': (spanProcessors) => {
    const { NodeTracerProvider } = require('otel-2');
    new NodeTracerProvider({ spanProcessors }).register();
  },
  'otel-3': (spanProcessors) => {
    const { TracerProvider } = require('@opentelemetry/sdk-trace');
    const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
  },
};

runCell({ client, isFull: size === 'full' }, { createCostspan, testkit, register: registerIn[otel], library: load[client]() });
