import type { Dialect } from './dialect.ts';
import { cacheSplitUnknown, cachesUntold, STREAM_KEYS, STREAM_OUTPUT_SUMMED, streamMayBeCounted } from './doubts.ts';
import { GEN_AI_CALL, GEN_AI_ROLE, GEN_AI_TOKENS } from './gen-ai-keys.ts';

const ROLE = {
  ...GEN_AI_ROLE,
  keys: ['gen_ai.operation.name', 'llm.request.type'],
  byValue: { ...GEN_AI_ROLE.byValue, completion: 'call', embedding: 'call', rerank: 'call' },
} as const;
const CALL = { ...GEN_AI_CALL, role: ROLE, categoryByValue: { embeddings: 'embedding', embedding: 'embedding' } } as const;

/** OpenLLMetry for JavaScript with Anthropic: raw counts, where the input excludes the caches and the total leaves them out. */
export const traceloopJsAnthropic: Dialect = {
  id: 'traceloop-js-anthropic',
  version: 1,
  emitter: '@traceloop/instrumentation-anthropic',
  limits: ['There is no response id: a second instrumentation of the call cannot be told by it.'],
  evidence: 'captured',
  detect: [{ scope: ['@traceloop/instrumentation-anthropic'] }],
  call: {
    ...CALL,
    caches: 'beside',
    providerOtherwise: 'anthropic',
    // The total is input plus output whatever the caches were: it proves nothing.
    tokens: { ...GEN_AI_TOKENS, total: [] },
  },
};

/** OpenLLMetry for JavaScript with OpenAI. */
export const traceloopJsOpenai: Dialect = {
  id: 'traceloop-js-openai',
  version: 1,
  emitter: '@traceloop/instrumentation-openai',
  limits: [
    'Cached and reasoning tokens are not on the span: calls are estimated.',
    'Streams carry no usage, or with `enrichTokens` a count of its own that is not marked.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['@traceloop/instrumentation-openai'] }],
  call: { ...CALL, providerOtherwise: 'openai', doubt: cacheSplitUnknown(GEN_AI_TOKENS) },
};

/** OpenLLMetry for JavaScript with Bedrock. */
export const traceloopJsBedrock: Dialect = {
  id: 'traceloop-js-bedrock',
  version: 1,
  emitter: '@traceloop/instrumentation-bedrock',
  limits: [
    'Cached tokens are not on the span: calls are estimated.',
    'Streams and Converse carry no usage.',
    'The maker is cut off the name of the model.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['@traceloop/instrumentation-bedrock'] }],
  call: { ...CALL, caches: 'beside', providerOtherwise: 'aws.bedrock', doubt: cachesUntold(GEN_AI_TOKENS) },
};

/** OpenLLMetry for Python with Anthropic, where the input includes the caches, unlike in JavaScript. */
export const traceloopPythonAnthropic: Dialect = {
  id: 'traceloop-python-anthropic',
  version: 1,
  emitter: 'opentelemetry-instrumentation-anthropic of OpenLLMetry',
  limits: [
    'The output of a stream is the sum of its first and its last count: those calls are estimated.',
    'The lifetime of cache writes is not on the span.',
    "Its span is not the parent of the spans of Anthropic's own client: without a span around both they are in two traces and both count, which `costspan doctor` names.",
  ],
  evidence: 'captured',
  detect: [{ scope: ['opentelemetry.instrumentation.anthropic*'] }],
  call: { ...CALL, providerOtherwise: 'anthropic', doubt: STREAM_OUTPUT_SUMMED, otherKeys: STREAM_KEYS },
};

/** OpenLLMetry for JavaScript with other model clients, and for Python, which adds the caches to the input for every vendor. */
export const traceloop: Dialect = {
  id: 'traceloop',
  version: 1,
  emitter: 'OpenLLMetry for Python, and for JavaScript with Vertex AI, Cohere, Together and others',
  limits: [
    'With `enrichTokens`, streams without usage carry a count of its own that is not marked: those are estimated.',
    'Streamed OpenAI chats carry no reasoning tokens: they stay in the output.',
  ],
  evidence: 'captured',
  detect: [
    {
      scope: [
        '@traceloop/instrumentation-*',
        'opentelemetry.instrumentation.openai*',
        'opentelemetry.instrumentation.bedrock*',
        'opentelemetry.instrumentation.cohere*',
        'opentelemetry.instrumentation.google_generativeai*',
        'opentelemetry.instrumentation.groq*',
        'opentelemetry.instrumentation.mistralai*',
        'opentelemetry.instrumentation.ollama*',
        'opentelemetry.instrumentation.together*',
      ],
    },
  ],
  call: { ...CALL, doubt: streamMayBeCounted(GEN_AI_TOKENS), otherKeys: STREAM_KEYS },
};

/** Workflows, tasks, agents and tools of the OpenLLMetry decorators: they bear nothing of their own. */
export const traceloopEntity: Dialect = {
  id: 'traceloop-entity',
  version: 1,
  emitter: 'OpenLLMetry decorators',
  limits: [],
  evidence: 'captured',
  detect: [{ key: ['traceloop.span.kind'] }],
  call: {
    ...CALL,
    role: {
      keys: ['traceloop.span.kind'],
      byValue: { workflow: 'aggregate', task: 'aggregate', agent: 'aggregate', tool: 'none', unknown: 'none' },
      otherwise: 'call-if-used',
      absent: 'none',
    },
  },
};
