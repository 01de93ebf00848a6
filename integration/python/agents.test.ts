import { createCostspan } from '@costspan/sdk';
import { createTemporaryFolder, startFakeOpenAi } from '@costspan/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { pinnedCollector } from '../collector/build.ts';
import { startTopology } from '../collector/start-topology.ts';
import { runToEnd } from '../support/run-to-end.ts';
import type { StoredEvent } from '../support/start-backend.ts';
import { pythonExample, pythonWith } from './install.ts';

/** What the provider bills for each call; Python's instrumentations tell it in their own words. */
const usage = {
  input_text_tokens: 86,
  input_cache_read_text_tokens: 1_920,
  output_text_tokens: 44,
  output_reasoning_tokens: 256,
};

/** 86 x 1.25 + 1,920 x 0.125 + 300 x 10 USD a million tokens: 0.0033475. */
const exact = { once: '0.0033475', twice: '0.006695', status: 'priced' };
/** This one does not tell cached tokens, and all 2,006 of the input are taken at the full price: 0.0055075, flagged. */
const withoutCache = { once: '0.0055075', twice: '0.011015', status: 'estimated' };

const libraries = [
  { library: 'openai-v2', requirements: 'requirements-openai-v2.txt', ...withoutCache },
  { library: 'openinference', requirements: 'requirements.txt', ...exact },
  { library: 'openllmetry', requirements: 'requirements.txt', ...exact },
  { library: 'pydantic-ai', requirements: 'requirements.txt', ...exact },
];

const collector = pinnedCollector();
const python = collector.kind === 'skipped' ? collector : pythonWith('requirements.txt');
if (python.kind === 'skipped') console.log(`Python agents are skipped: ${python.why}.`);

describe.skipIf(python.kind === 'skipped')('examples/python', () => {
  let records: ReadonlyMap<string, StoredEvent['attributes']>;
  beforeAll(async () => {
    records = await recordsOfAllAgents();
  });

  test.each(libraries)('$library: through the Collector, each ticket has its record', ({ library, once, twice, status }) => {
    const record = (id: string, calls: number, total: string, outcome: string): void => {
      expect(records.get(`${library}-${id}`)).toMatchObject({
        'costspan.work_item.type': 'ticket',
        'costspan.work_item.outcome': outcome,
        'costspan.dimension.team': 'support',
        'costspan.total.exact': total,
        'costspan.total.category.llm': total,
        [`costspan.total.spans.${status}`]: String(calls),
      });
    };
    record('1', 2, twice, 'resolved');
    record('2', 1, once, 'escalated');
  });

  test('the work item travels in one header between Python and JavaScript, both ways', async () => {
    const item = { type: 'ticket', id: 'T-42 ü&=', tenant: 'acme', dimensions: { team: 'support' } };
    const costspan = createCostspan();
    const sent = costspan.workItem.run(item, () => costspan.workItem.inject<Record<string, unknown>>({}));
    const script = `
import json, sys
from costspan_work_item import extract, inject
with extract(json.loads(sys.argv[1])):
    print(json.dumps(inject({})))
`;
    const printed = await runToEnd(interpreterOf('requirements.txt'), ['-B', '-c', script, JSON.stringify(sent)], pythonExample);
    const header = JSON.parse(printed)['costspan-work-item'];
    expect(new URLSearchParams(header)).toEqual(new URLSearchParams(String(sent['costspan-work-item'])));
    expect(costspan.workItem.extract({ 'Costspan-Work-Item': header })?.item).toMatchObject(item);
    await costspan.shutdown();
  });
});

/** Runs an agent with each library; the last record of every ticket, by its id. */
async function recordsOfAllAgents(): Promise<ReadonlyMap<string, StoredEvent['attributes']>> {
  await using folder = await createTemporaryFolder();
  await using provider = await startFakeOpenAi({ script: () => ({ reply: { usage } }) });
  await using topology = await startTopology('side-branch', collector.kind === 'ready' ? collector.collector : '', folder.path);
  for (const { library, requirements } of libraries) {
    await runToEnd(interpreterOf(requirements), ['-B', 'agent.py', library], pythonExample, {
      OPENAI_BASE_URL: `${provider.url}/v1`,
      OPENAI_API_KEY: 'sk-fake',
      OTEL_EXPORTER_OTLP_ENDPOINT: topology.url,
    });
  }
  return await topology.backend.until('the records of all tickets', () => {
    const latest = new Map(
      topology.backend
        .events()
        .filter(({ name }) => name === 'costspan.work_item.cost')
        .map(({ attributes }) => [String(attributes['costspan.work_item.id']), attributes] as const),
    );
    const isComplete = [...latest.values()].every((each) => 'costspan.work_item.outcome' in each);
    return latest.size === 2 * libraries.length && isComplete && latest;
  });
}

function interpreterOf(requirements: string): string {
  const environment = pythonWith(requirements);
  if (environment.kind === 'skipped') throw new Error(environment.why);
  return environment.interpreter;
}
