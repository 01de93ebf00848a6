import type { Costspan } from '@costspan/sdk';
import { ChatAnthropic } from '@langchain/anthropic';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI } from '@langchain/openai';

/** Where the models are. Default: at their providers. */
export type Urls = { readonly openai?: string; readonly anthropic?: string };

/** Models of LangChain whose calls are metered: OpenAI takes the fetch in `configuration`, Anthropic in `clientOptions`. */
export const createModels = (costspan: Costspan, urls: Urls): { readonly gpt: ChatOpenAI; readonly claude: ChatAnthropic } => ({
  gpt: new ChatOpenAI({
    model: 'gpt-5',
    apiKey: 'none',
    maxRetries: 2,
    configuration: {
      fetch: costspan.fetch({ provider: 'openai' }),
      ...(urls.openai !== undefined && { baseURL: urls.openai }),
    },
  }),
  claude: new ChatAnthropic({
    model: 'claude-sonnet-5',
    apiKey: 'none',
    maxTokens: 500,
    clientOptions: { fetch: costspan.fetch({ provider: 'anthropic' }) },
    ...(urls.anthropic !== undefined && { anthropicApiUrl: urls.anthropic }),
  }),
});

/** One model drafts the answer to a question, the other one writes it out: the pieces as they come. */
export const answer = async ({ gpt, claude }: ReturnType<typeof createModels>, question: string): Promise<readonly string[]> => {
  const draft = ChatPromptTemplate.fromTemplate('Draft an answer: {question}').pipe(claude).pipe(new StringOutputParser());
  const write = ChatPromptTemplate.fromTemplate('Write it out: {draft}').pipe(gpt).pipe(new StringOutputParser());
  const pieces: string[] = [];
  for await (const piece of await write.stream({ draft: await draft.invoke({ question }) })) pieces.push(piece);
  return pieces;
};
