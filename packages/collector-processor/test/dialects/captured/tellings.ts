import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogSpec } from '../../stages/log-records.ts';
import type { SpanSpec } from '../../stages/spans.ts';

/** A stored capture: what was installed, what the stand-ins billed, and the spans that came of it. */
export type Captured = {
  readonly packages: Readonly<Record<string, string>>;
  readonly billed: ReadonlyArray<{
    readonly model: string;
    readonly responseId?: string;
    readonly usage: Readonly<Record<string, number>>;
  }>;
  readonly spans: readonly SpanSpec[];
  /** Log events, of sources that tell usage there. */
  readonly logs?: readonly LogSpec[];
};

/** Every source whose capture is kept. */
export const capturedSources: readonly string[] = readdirSync(join(import.meta.dirname, 'fixtures'))
  .map((file) => file.replace('.json', ''))
  .sort();

/** Reads the capture of a source. */
export const loadCaptured = (source: string): Captured =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${source}.json`), 'utf8')) as Captured;

/**
 * What the spans of a source tell of an answer that was billed:
 *
 * - `exact`: every count.
 * - `no-reasoning`: reasoning stays inside the text, `no-lifetimes`: cache writes have no lifetime.
 * - `estimated`: the cached part of the input is unknown, and the reading says that it assumes something.
 * - `one-lifetime`: of the cache writes those that live for an hour are known.
 * - `overcounted`: the first output count of the stream, 1, is added to the last, and the reading says so.
 * - `reasoning-twice`: reasoning is added to an output that has it, and the reading says so.
 * - `provider-inferred`: every count, and the reading says that it takes the provider from the name of the model;
 *   `provider-inferred-no-reasoning`: both.
 * - `caches-untold`: what was in the caches beside the input is unknown, and the reading says so; `no-output`: the output too.
 * - `missing`: a call without usage, and the reading says so.
 * - `requested`: no span but that of the request, so that its trace says that the usage of a call is missing.
 * - `untraced`: no span at all.
 */
export type Telling =
  | 'exact'
  | 'no-reasoning'
  | 'no-lifetimes'
  | 'one-lifetime'
  | 'estimated'
  | 'overcounted'
  | 'reasoning-twice'
  | 'provider-inferred'
  | 'provider-inferred-no-reasoning'
  | 'caches-untold'
  | 'no-output'
  | 'missing'
  | 'requested'
  | 'untraced';

/** The calls of every source in the order of the stand-ins' logs, and what its spans tell of each. */
export const tellings: Readonly<Record<string, Readonly<Record<string, Telling>>>> = {
  'ai-sdk-5': {
    'OpenAI chat': 'estimated',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'estimated',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'exact',
  },
  'ai-sdk-6': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'exact',
  },
  'ai-sdk-7': {
    'OpenAI chat': 'no-reasoning',
    'OpenAI chat stream': 'no-reasoning',
    'OpenAI response': 'no-reasoning',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
  'ai-sdk-7-supplements': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'exact',
  },
  'anthropic-native': { 'Anthropic message': 'exact', 'Anthropic message stream': 'exact' },
  'agent-framework': { 'OpenAI chat': 'exact', 'OpenAI chat stream': 'exact', 'OpenAI response': 'exact' },
  'anthropic-native-python': { 'Anthropic message': 'exact', 'Anthropic message stream': 'exact' },
  genkit: { 'OpenAI chat': 'exact', 'OpenAI chat stream': 'exact' },
  'google-adk': { 'OpenAI chat': 'reasoning-twice' },
  langfuse: {
    'OpenAI chat': 'provider-inferred',
    'OpenAI chat stream': 'provider-inferred',
    'OpenAI response': 'provider-inferred',
    'OpenAI embedding': 'missing',
  },
  litellm: {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
  },
  'openinference-python': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'exact',
  },
  'otel-python-openai': {
    'OpenAI chat': 'estimated',
    'OpenAI chat stream': 'estimated',
    'OpenAI response': 'untraced',
    'OpenAI embedding': 'exact',
  },
  'pydantic-ai': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'Anthropic message': 'one-lifetime',
    'Anthropic message stream': 'one-lifetime',
  },
  strands: { 'OpenAI chat stream': 'provider-inferred-no-reasoning' },
  'traceloop-python': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'no-reasoning',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'overcounted',
  },
  openlit: {
    'OpenAI chat': 'no-reasoning',
    'OpenAI chat stream': 'no-reasoning',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'overcounted',
  },
  'openinference-python-openai-agents': {
    'OpenAI chat': 'estimated',
    'OpenAI response': 'exact',
    'OpenAI response stream': 'exact',
  },
  'openinference-python-langchain': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
  'traceloop-sdk': { 'OpenAI chat': 'estimated' },
  'langsmith-python': {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'untraced',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'exact',
  },
  mastra: {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'exact',
    'OpenAI response': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
  'openlit-python': {
    'OpenAI chat': 'no-reasoning',
    'OpenAI chat stream': 'no-reasoning',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
  'openlit-python-pinecone': { 'Pinecone upsert': 'missing', 'Pinecone query': 'missing', 'Pinecone fetch': 'missing' },
  'traceloop-python-pinecone': { 'Pinecone upsert': 'missing', 'Pinecone query': 'exact', 'Pinecone fetch': 'untraced' },
  sentry: {
    'OpenAI chat': 'no-reasoning',
    'OpenAI chat stream': 'no-reasoning',
    'OpenAI response': 'no-reasoning',
    'OpenAI embedding': 'exact',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
  'http-attempts': { 'OpenAI chat, refused twice': 'estimated', 'OpenAI chat, timed out once': 'estimated' },
  'http-answered': {
    'OpenAI response that nobody instruments': 'requested',
    'OpenAI embedding that nobody instruments': 'requested',
    'OpenAI chat, Langfuse beside the request': 'provider-inferred',
    'OpenAI chat stream, Langfuse beside the request': 'provider-inferred',
    'OpenAI chat, AI SDK above the request': 'no-reasoning',
  },
  'otel-js-aws-sdk': {
    'Bedrock InvokeModel': 'caches-untold',
    'Bedrock InvokeModel stream': 'no-output',
    'Bedrock Converse': 'caches-untold',
  },
  'otel-python-botocore': {
    'Bedrock InvokeModel': 'caches-untold',
    'Bedrock InvokeModel stream': 'missing',
    'Bedrock Converse': 'exact',
  },
  'traceloop-bedrock': {
    'Bedrock InvokeModel': 'caches-untold',
    'Bedrock InvokeModel stream': 'missing',
    'Bedrock Converse': 'missing',
  },
  'traceloop-vector': {
    'Qdrant search': 'exact',
    'Qdrant query': 'untraced',
    'Pinecone upsert': 'missing',
    'Pinecone query': 'exact',
    'Pinecone fetch': 'untraced',
  },
  openinference: {
    'OpenAI chat': 'exact',
    'OpenAI chat stream': 'missing',
    'OpenAI response': 'exact',
    'OpenAI embedding': 'missing',
    'Anthropic message': 'exact',
    'Anthropic message stream': 'no-lifetimes',
  },
  'otel-js-openai': {
    'OpenAI chat': 'estimated',
    'OpenAI chat stream': 'estimated',
    'OpenAI response': 'estimated',
    'OpenAI embedding': 'exact',
  },
  traceloop: {
    'OpenAI chat': 'estimated',
    'OpenAI chat stream': 'missing',
    'OpenAI response': 'estimated',
    'OpenAI embedding': 'untraced',
    'Anthropic message': 'no-lifetimes',
    'Anthropic message stream': 'no-lifetimes',
  },
};
