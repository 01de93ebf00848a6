// One cell of the matrix, loaded by `require`: node cell-require.cjs <client> <otel>
const { createCostspan } = require('@costspan/sdk');
const testkit = require('@costspan/testkit');
const { context, trace } = require('@opentelemetry/api');
const { runCell } = require('./run-cell.ts');

const [client, otel] = process.argv.slice(2);

const loadClient = {
  'openai-5': () => require('openai-5'),
  'openai-6': () => require('openai-6'),
  'openai-7': () => require('openai-7'),
  'anthropic-0-50': () => require('anthropic-0-50'),
  'anthropic-0-120': () => require('anthropic-0-120'),
  'anthropic-1': () => require('anthropic-1'),
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

const loaded = loadClient[client]();
runCell({ client }, { createCostspan, testkit, register: registerIn[otel], Client: loaded.default ?? loaded }).then((result) =>
  console.log(JSON.stringify(result)),
);
