import { agentFramework } from './agent-framework.ts';
import { aiSdk, aiSdkOtel } from './ai-sdk.ts';
import { anthropicSdk } from './anthropic-sdk.ts';
import { claudeCode } from './claude-code.ts';
import { codexAnswer, codexTurn } from './codex.ts';
import { costspanSdk } from './costspan-sdk.ts';
import type { Dialect } from './dialect.ts';
import { genkit } from './genkit.ts';
import { googleAdk } from './google-adk.ts';
import { httpAttempt } from './http-attempt.ts';
import { langfuse } from './langfuse.ts';
import { langsmith } from './langsmith.ts';
import { litellm } from './litellm.ts';
import { mastra } from './mastra.ts';
import { openinference } from './openinference.ts';
import { openlit, openlitPython } from './openlit.ts';
import { otelGenAi } from './otel-gen-ai.ts';
import { otelJsAwsSdk, otelJsAwsSdkStream } from './otel-js-aws-sdk.ts';
import { otelJsOpenai } from './otel-js-openai.ts';
import { otelPython, otelPythonBotocore, otelPythonOpenai } from './otel-python.ts';
import { pydanticAi } from './pydantic-ai.ts';
import { sentry } from './sentry.ts';
import { strands } from './strands.ts';
import {
  traceloop,
  traceloopEntity,
  traceloopJsAnthropic,
  traceloopJsBedrock,
  traceloopJsOpenai,
  traceloopPythonAnthropic,
} from './traceloop.ts';
import { unknownDialect } from './unknown.ts';
import { vectorDatabase } from './vector-database.ts';

/**
 * Every way of writing cost on spans that is read, in the order in which a span is asked: the first that recognises it
 * reads it, alone. Our own words come first, rows for one instrumentation before rows for a whole convention.
 */
export const DIALECTS: readonly Dialect[] = [
  costspanSdk,
  anthropicSdk,
  aiSdk,
  aiSdkOtel,
  claudeCode,
  codexTurn,
  codexAnswer,
  genkit,
  langfuse,
  openinference,
  vectorDatabase,
  langsmith,
  litellm,
  mastra,
  openlit,
  openlitPython,
  pydanticAi,
  agentFramework,
  googleAdk,
  strands,
  otelJsAwsSdkStream,
  otelJsAwsSdk,
  otelJsOpenai,
  otelPythonBotocore,
  otelPythonOpenai,
  otelPython,
  traceloopJsAnthropic,
  traceloopJsOpenai,
  traceloopJsBedrock,
  traceloopPythonAnthropic,
  traceloop,
  traceloopEntity,
  sentry,
  otelGenAi,
  httpAttempt,
  unknownDialect,
];
