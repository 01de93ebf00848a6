import {
  type FakeAttempt,
  type FakeProvider,
  type FakeRequest,
  type FakeStep,
  type FakeUsage,
  startFakeAnthropic,
  startFakeBedrock,
  startFakeOpenAi,
  startFakeQdrant,
  startHttpServer,
} from '@costspan/testkit';

/** Local stand-ins of providers, and what they billed. */
export type StandIns = {
  /** For the scenario. */
  readonly env: Readonly<Record<string, string>>;
  /** Every answer that was billed, in order, provider by provider. */
  readonly billed: () => readonly Billed[];
  readonly close: () => Promise<void>;
};

/** Model, id and disjoint usage of an answer. */
export type Billed = { readonly model: string; readonly responseId?: string; readonly usage: FakeUsage };

const usage: Readonly<Record<'openai' | 'embedding' | 'anthropic' | 'bedrock', FakeUsage>> = {
  openai: { input_text_tokens: 86, input_cache_read_text_tokens: 1920, output_text_tokens: 44, output_reasoning_tokens: 256 },
  embedding: { input_text_tokens: 8 },
  anthropic: {
    input_text_tokens: 49,
    input_cache_read_text_tokens: 6289,
    input_cache_write_5m_tokens: 4000,
    input_cache_write_1h_tokens: 2000,
    output_text_tokens: 550,
  },
  bedrock: {
    input_text_tokens: 49,
    input_cache_read_text_tokens: 6289,
    input_cache_write_other_tokens: 6000,
    output_text_tokens: 550,
  },
};

/** Starts a stand-in of every provider that a scenario may call. */
export async function startStandIns(): Promise<StandIns> {
  const answerOpenAi = refusals({ 'refused twice': [429, 500], 'timed out once': ['hang'], 'refused for good': [429, 429, 429] });
  const openai = await startFakeOpenAi({
    script: (request) =>
      answerOpenAi(request) ?? {
        reply: { usage: request.model.startsWith('text-embedding') ? usage.embedding : usage.openai },
      },
  });
  const anthropic = await startFakeAnthropic({ script: () => ({ reply: { usage: usage.anthropic } }) });
  const bedrock = await startFakeBedrock({ script: () => ({ reply: { usage: usage.anthropic } }) });
  const qdrant = await startFakeQdrant();
  const direct: Billed[] = [];
  const converse = await startConverse(bedrock, direct);
  const pinecone = await startPinecone(direct);
  const providers: readonly FakeProvider[] = [openai, anthropic, bedrock, qdrant];
  return {
    env: {
      OPENAI_URL: openai.url,
      ANTHROPIC_URL: anthropic.url,
      BEDROCK_URL: converse.url,
      PINECONE_URL: pinecone.url,
      QDRANT_URL: qdrant.url,
    },
    billed: () => [
      ...[openai, anthropic, bedrock].flatMap(({ log }) => log.flatMap(billedBy)),
      // What is billed for is the operation, which the path ends with.
      ...qdrant.log.flatMap((attempt) =>
        billedBy(attempt).map((each) => ({ ...each, model: attempt.request.path.split('/').at(-1) ?? '' })),
      ),
      ...direct,
    ],
    close: async () => {
      for (const server of [...providers, converse, pinecone]) await server.close();
    },
  };
}

function billedBy({ model, responseId, usage: counts }: FakeAttempt): readonly Billed[] {
  return counts === undefined ? [] : [{ model, ...(responseId === undefined ? {} : { responseId }), usage: counts }];
}

/** Refuses the first tries of what asks for it in its prompt. */
function refusals(
  steps: Readonly<Record<string, ReadonlyArray<number | 'hang'>>>,
): (request: FakeRequest) => FakeStep | undefined {
  const left = new Map(Object.entries(steps).map(([prompt, each]) => [prompt, [...each]]));
  return ({ text }) => {
    const step = left.get(text.trim())?.shift();
    if (step === undefined) return undefined;
    return step === 'hang' ? { hang: 'before-headers' } : { status: step };
  };
}

/** Answers Converse, which the stand-in for Bedrock does not know, and hands everything else on to it. */
async function startConverse(bedrock: FakeProvider, billed: Billed[]): ReturnType<typeof startHttpServer> {
  return startHttpServer(async ({ method, path, headers, body }, response) => {
    const model = /^\/model\/([^/]+)\/converse$/.exec(path)?.[1];
    if (model === undefined) {
      const answer = await fetch(`${bedrock.url}${path}`, {
        method,
        headers: { authorization: headers['authorization'] ?? '', 'content-type': headers['content-type'] ?? 'application/json' },
        body: Buffer.from(body),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    billed.push({ model: decodeURIComponent(model), usage: usage.bedrock });
    const counts = { inputTokens: 49, outputTokens: 550, cacheReadInputTokens: 6289, cacheWriteInputTokens: 6000 };
    response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1' });
    response.end(
      JSON.stringify({
        output: { message: { role: 'assistant', content: [{ text: 'A short answer.' }] } },
        stopReason: 'end_turn',
        usage: { ...counts, totalTokens: 12_888 },
        metrics: { latencyMs: 3 },
      }),
    );
  });
}

/** Answers upserts, queries and fetches of a Pinecone index, with the units of reads in the body. */
async function startPinecone(billed: Billed[]): ReturnType<typeof startHttpServer> {
  return startHttpServer(({ path }, response) => {
    const isQuery = path === '/query';
    const isFetch = path === '/vectors/fetch';
    if (isQuery) billed.push({ model: 'query', usage: { vector_read_units: 6 } });
    if (isFetch) billed.push({ model: 'fetch', usage: { vector_read_units: 1 } });
    if (path === '/vectors/upsert') billed.push({ model: 'upsert', usage: { vector_write_units: 5 } });
    response.writeHead(200, { 'content-type': 'application/json' });
    const answer = isQuery
      ? { matches: [{ id: 'a', score: 0.9, values: [] }], namespace: '', usage: { readUnits: 6 } }
      : isFetch
        ? { vectors: { a: { id: 'a', values: [0.1, 0.2] } }, namespace: '', usage: { readUnits: 1 } }
        : { upsertedCount: 1 };
    response.end(JSON.stringify(answer));
  });
}
