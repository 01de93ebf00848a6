import type { Context } from '@opentelemetry/api';
import { guard } from '../faults.ts';
import type { Answer, Api } from '../fetch/apis/api-type.ts';
import { vercelGateway } from '../fetch/apis/vercel-gateway.ts';
import { type FailedAttempt, failedByError } from '../fetch/attempt-ending.ts';
import { type Call, endAnsweredCall, endFailedCall, startCall } from '../fetch/call.ts';
import type { Admission } from '../fetch/call-gate.ts';
import { asMetered } from '../fetch/metered-context.ts';
import type { MeteredFetchOptions } from '../fetch/metered-fetch.ts';
import type { RequestFacts } from '../fetch/request-plan.ts';
import { checkFields, providerCheck } from '../options-check.ts';
import { activeContext, runInContext, workScopeOf } from '../work-item/work-item-context.ts';
import type { AiMiddleware, AiMiddlewareOptions, ModelCall, NamedModel } from './ai-middleware-type.ts';
import { observeParts } from './observe-parts.ts';
import { providerOfModel } from './provider-of-model.ts';
import { readModelAnswer, readModelPart } from './read-model-answer.ts';

type Metering = Pick<MeteredFetchOptions, 'spans' | 'late' | 'open' | 'openEmbeddings' | 'gate'>;

/** The `aiMiddleware` of a Costspan: middlewares that meter models whatever carries their calls. */
export const createAiMiddleware =
  (metering: Metering) =>
  (options: AiMiddlewareOptions = {}): AiMiddleware => {
    checkFields('aiMiddleware', options, checks);
    return {
      specificationVersion: 'v3',
      wrapGenerate: async ({ doGenerate, params, model }) => {
        const call = await begin(metering, options, { model, params, isStream: false });
        const result = await answered(call, doGenerate, params);
        end(call, () => readModelAnswer(result, UNKNOWN, model.provider));
        return result;
      },
      wrapStream: async ({ doStream, params, model }) => {
        const call = await begin(metering, options, { model, params, isStream: true });
        const result = await answered(call, doStream, params);
        if (call === undefined) return result;
        return { ...result, stream: watched(result.stream, call, { params, model }) };
      },
    };
  };

const checks = {
  provider: providerCheck,
  spans: [(value: unknown) => value === 'own' || value === 'annotate', 'expected "own" or "annotate"', 'choose one of them'],
} as const;

const UNKNOWN: Answer = { isComplete: false };

/** A model call that is not tied to one URL or format. */
const modelCall: Api = { ...vercelGateway, id: 'ai-sdk' };

type Asked = { readonly model: NamedModel; readonly params: ModelCall; readonly isStream: boolean };

const begin = async (metering: Metering, options: AiMiddlewareOptions, asked: Asked): Promise<Call | undefined> => {
  const active = activeContext();
  const facts = guard('reading a model call', () => factsOf(options, asked), undefined);
  if (facts === undefined) return undefined;
  // Outside of the guard: a refusal is the host's to see.
  const admission = await admit(metering, active, facts, asked.params);
  const call = guard('starting a call', () => start(metering, options, { active, facts, admission }), undefined);
  if (call === undefined) admission?.settle({ used: [], isWhole: false, billable: 'possible', earlierPossible: 0 });
  return call;
};

const factsOf = ({ provider }: AiMiddlewareOptions, { model, params, isStream }: Asked): RequestFacts => ({
  api: modelCall,
  provider: provider ?? providerOfModel(model.provider),
  body: {
    model: model.modelId,
    isStream,
    ...(params.maxOutputTokens !== undefined && { maxTokens: params.maxOutputTokens }),
  },
});

const admit = async (
  { gate }: Metering,
  active: Context,
  facts: RequestFacts,
  { prompt, tools }: ModelCall,
): Promise<Admission | undefined> => {
  if (gate === undefined || workScopeOf(active) === undefined) return undefined;
  return gate.admit(facts, { body: JSON.stringify({ messages: prompt, tools }), attemptsMax: 1 });
};

const start = (
  { spans, late, open, openEmbeddings }: Metering,
  { spans: owner = 'annotate' }: AiMiddlewareOptions,
  {
    active,
    facts,
    admission,
  }: { readonly active: Context; readonly facts: RequestFacts; readonly admission: Admission | undefined },
): Call => {
  const call = startCall(spans, active, facts, {
    owner,
    openEmbeddings,
    late,
    admission,
  });
  call.onEnded = open.delete;
  open.add(call);
  guard('starting a call', () => admission?.started?.(call.span), undefined);
  return call;
};

/** What the model gives, once it does; an error ends the call and reaches the host as it is. */
const answered = async <R>(call: Call | undefined, work: () => PromiseLike<R>, params: ModelCall): Promise<R> => {
  if (call === undefined) return work();
  const wasAbortedBefore = params.abortSignal?.aborted === true;
  try {
    return await runInContext(asMetered(call.span.context), work);
  } catch (error) {
    guard('ending a call', () => endFailedCall(call, failureOf(error, call, wasAbortedBefore), Date.now()), undefined);
    throw error;
  }
};

const failureOf = (error: unknown, call: Call, wasAbortedBefore: boolean): FailedAttempt => {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number') return { billable: 'no', errorType: String(status), status };
  return failedByError(error, { elapsedMs: Date.now() - call.attemptStartMs, wasAbortedBefore });
};

const end = (call: Call | undefined, read: () => Answer): void => {
  if (call === undefined) return;
  guard('ending a call', () => endAnswer(call, read()), undefined);
};

const endAnswer = (call: Call, answer: Answer, errorType?: string): void =>
  endAnsweredCall(call, { answer, isWhole: answer.isComplete, errorType });

const watched = (
  stream: ReadableStream<unknown>,
  call: Call,
  { params, model }: Pick<Asked, 'params' | 'model'>,
): ReadableStream<unknown> => {
  let answer = UNKNOWN;
  return observeParts(
    stream,
    (part) => {
      answer = readModelPart(part, answer, model.provider);
      // Before the part is handed on: the AI SDK ends its span with the last one, and then nothing can be written on it.
      if (answer.isComplete) endAnswer(call, answer);
    },
    (exit) => {
      const isBroken = exit.kind === 'failed' && !answer.isComplete;
      const wasAbortedBefore = false;
      const failed = isBroken ? failureOf(exit.error, call, wasAbortedBefore).errorType : undefined;
      const left = exit.kind === 'left' && params.abortSignal?.aborted === true && !answer.isComplete ? 'aborted' : undefined;
      endAnswer(call, answer, failed ?? left);
    },
  );
};
