/** Something that emits spans: what is installed, and the scenario that is run with it. */
export type Source = {
  readonly runtime: 'node' | 'python';
  readonly scenario: string;
  /** Versions or ranges by package. */
  readonly packages: Readonly<Record<string, string>>;
  /** Python only: packages whose own dependencies no release meets, installed without them. */
  readonly bare?: Readonly<Record<string, string>>;
  /** For the scenario. */
  readonly env?: Readonly<Record<string, string>>;
};

const telemetry = { '@opentelemetry/api': '1.9.0', '@opentelemetry/sdk-trace-node': '2.12.0' };

const python = { 'opentelemetry-sdk': '1.45.2' };

const openlitPython = {
  ...python,
  'opentelemetry-instrumentation': '0.66b2',
  'opentelemetry-exporter-otlp': '1.45.2',
  ...{ requests: '2', schedule: '1', xmltodict: '1', pydantic: '2' },
};

const instrumented = (clients: string, ...instrumentations: readonly string[]): Pick<Source, 'runtime' | 'scenario' | 'env'> => ({
  runtime: 'python',
  scenario: 'instrumented',
  env: { CLIENTS: clients, INSTRUMENTATIONS: instrumentations.join(',') },
});

const awsClient = { '@aws-sdk/client-bedrock-runtime': '3', '@smithy/node-http-handler': '4' };

const bedrock = (instrumentation: string): Pick<Source, 'runtime' | 'scenario' | 'env'> => ({
  runtime: 'node',
  scenario: 'bedrock',
  env: { INSTRUMENTATION: instrumentation },
});

/** Every source that is captured, by the name of its fixture. */
export const sources: Readonly<Record<string, Source>> = {
  'ai-sdk-5': {
    runtime: 'node',
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '5', '@ai-sdk/openai': '2', '@ai-sdk/anthropic': '2' },
  },
  'ai-sdk-6': {
    runtime: 'node',
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '6', '@ai-sdk/openai': '3', '@ai-sdk/anthropic': '3' },
  },
  'ai-sdk-7': {
    runtime: 'node',
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '7', '@ai-sdk/otel': '1', '@ai-sdk/openai': '4', '@ai-sdk/anthropic': '4' },
    env: { AI_SDK_OTEL: '{}' },
  },
  'ai-sdk-7-supplements': {
    runtime: 'node',
    scenario: 'ai-sdk',
    packages: { ...telemetry, zod: '4.6.7', ai: '7', '@ai-sdk/otel': '1', '@ai-sdk/openai': '4', '@ai-sdk/anthropic': '4' },
    env: { AI_SDK_OTEL: '{"usage":true,"providerMetadata":true}' },
  },
  'anthropic-native': {
    runtime: 'node',
    scenario: 'anthropic-native',
    packages: { ...telemetry, '@anthropic-ai/sdk': '1.12.0' },
  },
  traceloop: {
    runtime: 'node',
    scenario: 'instrumented',
    packages: {
      ...telemetry,
      '@traceloop/instrumentation-openai': '0.27.0',
      '@traceloop/instrumentation-anthropic': '0.27.0',
      openai: '6.49.0',
      '@anthropic-ai/sdk': '0.120.0',
    },
    env: {
      INSTRUMENTATIONS:
        '@traceloop/instrumentation-openai#OpenAIInstrumentation=openai,@traceloop/instrumentation-anthropic#AnthropicInstrumentation=anthropic',
    },
  },
  openinference: {
    runtime: 'node',
    scenario: 'instrumented',
    packages: {
      ...telemetry,
      '@arizeai/openinference-instrumentation-openai': '4.2.7',
      '@arizeai/openinference-instrumentation-anthropic': '0.2.8',
      openai: '6.49.0',
      '@anthropic-ai/sdk': '0.120.0',
    },
    env: {
      INSTRUMENTATIONS:
        '@arizeai/openinference-instrumentation-openai#OpenAIInstrumentation=openai,@arizeai/openinference-instrumentation-anthropic#AnthropicInstrumentation=anthropic',
    },
  },
  'otel-js-openai': {
    runtime: 'node',
    scenario: 'instrumented',
    packages: { ...telemetry, '@opentelemetry/instrumentation-openai': '0.21.0', openai: '6.49.0' },
    env: { INSTRUMENTATIONS: '@opentelemetry/instrumentation-openai#OpenAIInstrumentation=openai' },
  },
  genkit: {
    runtime: 'node',
    scenario: 'genkit',
    packages: { ...telemetry, genkit: '1.42.0', '@genkit-ai/compat-oai': '1.42.0', openai: '6.49.0' },
  },
  langfuse: {
    runtime: 'node',
    scenario: 'langfuse',
    packages: { ...telemetry, '@langfuse/openai': '5', openai: '6.49.0' },
  },
  'otel-python-openai': {
    ...instrumented('openai', 'opentelemetry.instrumentation.openai_v2:OpenAIInstrumentor'),
    // It imports httpx and a part of util-genai that later versions moved, and asks for neither.
    packages: {
      ...python,
      'opentelemetry-instrumentation-openai-v2': '2.4b0',
      'opentelemetry-util-genai': '0.4b0',
      openai: '2.54.0',
      httpx: '0',
    },
  },
  'openinference-python': {
    ...instrumented(
      'openai,anthropic',
      'openinference.instrumentation.openai:OpenAIInstrumentor',
      'openinference.instrumentation.anthropic:AnthropicInstrumentor',
    ),
    packages: {
      ...python,
      'openinference-instrumentation-openai': '0.1.66',
      'openinference-instrumentation-anthropic': '3.1.0',
      openai: '3.54.0',
      anthropic: '2.12.0',
    },
  },
  'traceloop-python': {
    ...instrumented(
      'openai,anthropic',
      'opentelemetry.instrumentation.openai:OpenAIInstrumentor',
      'opentelemetry.instrumentation.anthropic:AnthropicInstrumentor',
    ),
    packages: {
      ...python,
      'opentelemetry-instrumentation-openai': '0.62.4',
      'opentelemetry-instrumentation-anthropic': '0.62.4',
      openai: '3.54.0',
      anthropic: '2.12.0',
    },
  },
  'anthropic-native-python': {
    ...instrumented('anthropic'),
    packages: { ...python, anthropic: '2.12.0' },
  },
  'pydantic-ai': {
    runtime: 'python',
    scenario: 'pydantic_agent',
    packages: { ...python, 'pydantic-ai-slim': '2.68.0', openai: '3.54.0', anthropic: '2.12.0' },
  },
  'agent-framework': {
    runtime: 'python',
    scenario: 'microsoft_agent',
    packages: { ...python, 'agent-framework-core': '1.23.0', 'agent-framework-openai': '1.17.0' },
  },
  strands: {
    runtime: 'python',
    scenario: 'strands_agent',
    packages: { 'strands-agents': '1.62.0', openai: '2.54.0' },
  },
  litellm: {
    runtime: 'python',
    scenario: 'litellm_calls',
    packages: { ...python, litellm: '1.106.2', 'opentelemetry-exporter-otlp-proto-http': '1.45.2' },
  },
  'google-adk': {
    runtime: 'python',
    scenario: 'google_adk_agent',
    packages: { 'google-adk': '2.13.0', litellm: '1.106.2' },
  },
  openlit: {
    runtime: 'node',
    scenario: 'openlit',
    packages: { ...telemetry, openlit: '1.15.0', openai: '6.49.0', '@anthropic-ai/sdk': '0.120.0' },
  },
  sentry: {
    runtime: 'node',
    scenario: 'sentry',
    env: { OWN_PROVIDER: 'yes' },
    // The last line of versions whose spans are OpenTelemetry's.
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.9.1',
      '@sentry/node': '10.78.0',
      openai: '6.49.0',
      '@anthropic-ai/sdk': '0.120.0',
    },
  },
  'openinference-python-openai-agents': {
    runtime: 'python',
    scenario: 'openai_agents',
    env: { INSTRUMENTATIONS: 'openinference.instrumentation.openai_agents:OpenAIAgentsInstrumentor' },
    packages: { ...python, 'openinference-instrumentation-openai-agents': '2.6.0', 'openai-agents': '0' },
  },
  'openinference-python-langchain': {
    runtime: 'python',
    scenario: 'langchain_models',
    env: { INSTRUMENTATIONS: 'openinference.instrumentation.langchain:LangChainInstrumentor' },
    packages: {
      ...python,
      'openinference-instrumentation-langchain': '0.1.80',
      'langchain-openai': '1',
      'langchain-anthropic': '1',
    },
  },
  'traceloop-sdk': {
    runtime: 'node',
    scenario: 'traceloop-sdk',
    env: { OWN_PROVIDER: 'yes', TRACELOOP_TELEMETRY: 'false' },
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.9.1',
      '@traceloop/node-server-sdk': '0.27.0',
      openai: '6.49.0',
    },
  },
  'langsmith-python': {
    runtime: 'python',
    scenario: 'langsmith_clients',
    packages: {
      ...python,
      'opentelemetry-exporter-otlp-proto-http': '1.45.2',
      langsmith: '0.15.0',
      openai: '3.54.0',
      // The last line of versions whose streams its wrapper reads.
      anthropic: '0.125.0',
    },
  },
  mastra: {
    runtime: 'node',
    scenario: 'mastra',
    env: { OWN_PROVIDER: 'yes', MASTRA_TELEMETRY_DISABLED: '1' },
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.9.1',
      '@mastra/core': '1.71.0',
      '@mastra/observability': '1.17.9',
      '@mastra/otel-exporter': '1.4.0',
      ...{ zod: '4.6.7', '@ai-sdk/openai': '3', '@ai-sdk/anthropic': '3' },
    },
  },
  'http-attempts': {
    runtime: 'node',
    scenario: 'retries',
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/instrumentation-undici': '0.34.0',
      '@opentelemetry/instrumentation-openai': '0.21.0',
      openai: '6.49.0',
      undici: '7',
    },
  },
  'http-answered': {
    runtime: 'node',
    scenario: 'answered',
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.10.0',
      '@opentelemetry/instrumentation-undici': '0.34.0',
      '@langfuse/openai': '5',
      ...{ zod: '4.6.7', ai: '7', '@ai-sdk/otel': '1', '@ai-sdk/openai': '4' },
      openai: '6.49.0',
      undici: '7',
    },
  },
  'traceloop-bedrock': {
    ...bedrock('@traceloop/instrumentation-bedrock#BedrockInstrumentation'),
    packages: { ...telemetry, ...awsClient, '@traceloop/instrumentation-bedrock': '0.27.0' },
  },
  'otel-js-aws-sdk': {
    ...bedrock('@opentelemetry/instrumentation-aws-sdk#AwsInstrumentation'),
    packages: {
      ...telemetry,
      '@opentelemetry/api': '1.10.0',
      ...awsClient,
      '@opentelemetry/instrumentation-aws-sdk': '0.79.0',
    },
  },
  'otel-python-botocore': {
    runtime: 'python',
    scenario: 'bedrock',
    packages: { ...python, boto3: '1.44.5', 'opentelemetry-instrumentation-botocore': '0.66b2' },
  },
  'traceloop-vector': {
    runtime: 'node',
    scenario: 'vector',
    packages: {
      ...telemetry,
      '@traceloop/instrumentation-pinecone': '0.27.0',
      '@traceloop/instrumentation-qdrant': '0.27.0',
      '@pinecone-database/pinecone': '9.0.0',
      '@qdrant/js-client-rest': '1.16.2',
    },
  },
  'traceloop-python-qdrant': {
    runtime: 'python',
    scenario: 'vector_databases',
    env: { DATABASE: 'qdrant', INSTRUMENTATIONS: 'opentelemetry.instrumentation.qdrant:QdrantInstrumentor' },
    packages: { ...python, 'opentelemetry-instrumentation-qdrant': '0.62.4', 'qdrant-client': '1.20.0' },
  },
  'traceloop-python-chroma': {
    runtime: 'python',
    scenario: 'vector_databases',
    env: { DATABASE: 'chroma', INSTRUMENTATIONS: 'opentelemetry.instrumentation.chromadb:ChromaInstrumentor' },
    packages: { ...python, 'opentelemetry-instrumentation-chromadb': '0.62.4', chromadb: '1.5.9' },
  },
  'traceloop-python-pinecone': {
    runtime: 'python',
    scenario: 'vector_databases',
    env: { DATABASE: 'pinecone', INSTRUMENTATIONS: 'opentelemetry.instrumentation.pinecone:PineconeInstrumentor' },
    packages: {
      ...python,
      'opentelemetry-instrumentation': '0.66b2',
      'opentelemetry-semantic-conventions-ai': '0.5.1',
      pinecone: '8',
    },
    bare: { 'opentelemetry-instrumentation-pinecone': '0.62.4' },
  },
  'openlit-python': {
    ...instrumented('openai,anthropic', 'openlit:init'),
    packages: { ...openlitPython, openai: '2.54.0', anthropic: '0.125.0' },
    bare: { openlit: '1.45.0' },
  },
  'openlit-python-pinecone': {
    runtime: 'python',
    scenario: 'vector_databases',
    env: { DATABASE: 'pinecone', INSTRUMENTATIONS: 'openlit:init' },
    packages: { ...openlitPython, pinecone: '8' },
    bare: { openlit: '1.45.0' },
  },
  'several-python': {
    ...instrumented(
      'openai,anthropic',
      'openinference.instrumentation.openai:OpenAIInstrumentor',
      'opentelemetry.instrumentation.openai:OpenAIInstrumentor',
      'openinference.instrumentation.anthropic:AnthropicInstrumentor',
      'opentelemetry.instrumentation.anthropic:AnthropicInstrumentor',
    ),
    packages: {
      ...python,
      'openinference-instrumentation-openai': '0.1.66',
      'openinference-instrumentation-anthropic': '3.1.0',
      'opentelemetry-instrumentation-openai': '0.62.4',
      'opentelemetry-instrumentation-anthropic': '0.62.4',
      openai: '3.54.0',
      anthropic: '2.12.0',
    },
  },
  several: {
    runtime: 'node',
    scenario: 'several',
    packages: {
      ...telemetry,
      '@traceloop/instrumentation-openai': '0.27.0',
      '@arizeai/openinference-instrumentation-openai': '4.2.7',
      '@langfuse/openai': '5',
      openai: '6.49.0',
    },
  },
  'claude-code': {
    runtime: 'node',
    scenario: 'cli',
    packages: { '@anthropic-ai/claude-code': '2.1.330' },
    env: { CLI: 'claude' },
  },
  codex: { runtime: 'node', scenario: 'cli', packages: { '@openai/codex': '0.169.0' }, env: { CLI: 'codex' } },
};
