export { startFakeAnthropic } from './anthropic/start-fake-anthropic.ts';
export { embed } from './openai/embeddings.ts';
export { startFakeOpenAi } from './openai/start-fake-openai.ts';
export { type OtlpRequest, type OtlpSink, type OtlpSinkStep, startOtlpSink } from './otlp/start-otlp-sink.ts';
export { type FakeQdrantOptions, startFakeQdrant } from './qdrant/start-fake-qdrant.ts';
export type { FakeAttempt } from './server/attempt-log.ts';
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
