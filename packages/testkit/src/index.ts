export { startFakeAnthropic } from './anthropic/start-fake-anthropic.ts';
export { startFakeVertex } from './anthropic/start-fake-vertex.ts';
export { startFakeBedrock } from './bedrock/start-fake-bedrock.ts';
export { startFakeChroma } from './chroma/start-fake-chroma.ts';
export { type AiProvider, type AiSdk, aiScenarios } from './conformance/ai-scenarios.ts';
export { anthropicScenarios } from './conformance/anthropic-scenarios.ts';
export { all, first } from './conformance/drain.ts';
export { openaiScenarios } from './conformance/openai-scenarios.ts';
export { canAct, type Scenario } from './conformance/scenario.ts';
export { type Seen, see, toldUsage, withoutAskedUsage } from './conformance/see.ts';
export { startFakeGemini } from './gemini/start-fake-gemini.ts';
export type { GrpcServer } from './grpc/start-grpc-server.ts';
export { type FakeMilvusOptions, startFakeMilvus } from './milvus/start-fake-milvus.ts';
export { embed } from './openai/embeddings.ts';
export { startFakeOpenAi } from './openai/start-fake-openai.ts';
export { type OtlpRequest, type OtlpSink, type OtlpSinkStep, startOtlpSink } from './otlp/start-otlp-sink.ts';
export { usageInAttributes } from './otlp/usage-in-attributes.ts';
export { type FakePineconeOptions, startFakePinecone } from './pinecone/start-fake-pinecone.ts';
export { type FakeQdrantOptions, startFakeQdrant } from './qdrant/start-fake-qdrant.ts';
export type { FakeAttempt } from './server/attempt-log.ts';
export { eventFrame } from './server/event-frame.ts';
export type { FakeProvider, FakeProviderOptions } from './server/fake-provider.ts';
export { type HttpRequest, type HttpServer, startHttpServer } from './server/http-server.ts';
export {
  addUsage,
  type FakeReply,
  type FakeRequest,
  type FakeScript,
  type FakeStep,
  type FakeUsage,
  type ScriptRule,
  type StreamCourse,
  scriptByMarker,
} from './server/script.ts';
export { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.ts';
export { type Changes, createChanges } from './time/changes.ts';
export { type FakeClock, fakeClock } from './time/fake-clock.ts';
export { waitFor } from './time/wait-for.ts';
export { type FakeWeaviate, startFakeWeaviate } from './weaviate/start-fake-weaviate.ts';
