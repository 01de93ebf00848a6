import type { Costspan } from '@costspan/sdk';
import type * as Testkit from '@costspan/testkit';
import type { Scenario } from '@costspan/testkit';
import type { ClientLibrary } from './loaded-type.ts';
import type { Pair } from './pair-type.ts';

/** The client of OpenAI or Anthropic, bare and given to `meter`. */
export const createClientPairs = async (
  { Client }: ClientLibrary,
  options: { readonly isOpenAi: boolean; readonly costspan: Costspan; readonly testkit: typeof Testkit },
): Promise<readonly Pair[]> => {
  const { isOpenAi, costspan, testkit } = options;
  const server = await (isOpenAi ? testkit.startFakeOpenAi() : testkit.startFakeAnthropic());
  const bare = new Client({ apiKey: 'sk-test', baseURL: isOpenAi ? `${server.url}/v1` : server.url });
  const metered = costspan.meter(bare);
  if (!(metered instanceof Client)) throw new Error('the metered client is of another class');
  const scenarios = (isOpenAi ? testkit.openaiScenarios : testkit.anthropicScenarios) as readonly Scenario<object>[];
  return [{ name: '', server, bare, metered, scenarios }];
};
