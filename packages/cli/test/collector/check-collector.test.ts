import { readdirSync, readFileSync } from 'node:fs';
import { parseConfig } from '@costspan/collector-processor';
import { describe, expect, test } from 'vitest';
import { type CheckCollectorOptions, checkCollector } from '../../src/collector/check-collector.ts';
import { starterFiles } from '../../src/collector/starter-files.generated.ts';

const sideBranch = starterFiles['side-branch'].collector;

/** Findings as `line path: problem`. */
function findings(text: string, options: Partial<CheckCollectorOptions> = {}): readonly string[] {
  const checked = checkCollector(text, { environment: {}, exporters: [], ...options });
  return checked.findings.map(({ line, path, problem }) => `${line} ${path}: ${problem}`);
}

/** A Collector with one exporter, its lines given, and the processors in front of it. */
function collector(exporter: string, processors: string = ''): string {
  return `extensions: {file_storage: {}}
receivers: {otlp: {protocols: {grpc: {}}}}
exporters:
  otlp_grpc/costspan:
${exporter.replaceAll(/^/gm, '    ')}
service:
  extensions: [file_storage]
  pipelines:
    traces:
      receivers: [otlp]
      processors: [${processors}]
      exporters: [otlp_grpc/costspan]
`;
}

const kept = 'endpoint: costs:4317\nretry_on_failure: {max_elapsed_time: 0}\nsending_queue: {storage: file_storage}';

describe('keeping what Costspan cannot take yet', () => {
  test.each([
    ['a queue on disk without an end to retries', kept, []],
    ['an end that is written as a time', kept.replace('time: 0', 'time: 0s'), []],
    [
      'no queue',
      kept.replace('{storage: file_storage}', '{enabled: false}'),
      [
        '7 exporters.otlp_grpc/costspan.sending_queue.enabled: expected a queue, found one that is switched off; set `enabled: true` and `storage`',
      ],
    ],
    [
      'a queue in memory',
      kept.replace('{storage: file_storage}', '{queue_size: 10}'),
      [
        '7 exporters.otlp_grpc/costspan.sending_queue.storage: expected a storage extension, found a queue in memory, which ends with the Collector; add `storage: file_storage`',
      ],
    ],
    [
      'a storage that is not defined',
      kept.replace('storage: file_storage', 'storage: disk'),
      [
        '7 exporters.otlp_grpc/costspan.sending_queue.storage: expected the name of an extension, found "disk"; define it in `extensions`',
      ],
    ],
    [
      'retries that end',
      kept.replace('time: 0', 'time: 10m'),
      [
        '6 exporters.otlp_grpc/costspan.retry_on_failure.max_elapsed_time: expected "0s" (never give up), found "10m"; when Costspan is away for longer, what waits is dropped',
      ],
    ],
    [
      'retries that end by default',
      'endpoint: costs:4317\nsending_queue: {storage: file_storage}',
      [
        '4 exporters.otlp_grpc/costspan.retry_on_failure.max_elapsed_time: expected "0s" (never give up), found nothing, which means 5m; when Costspan is away for longer, what waits is dropped',
      ],
    ],
    [
      'no retries',
      kept.replace('max_elapsed_time: 0', 'enabled: false'),
      [
        '6 exporters.otlp_grpc/costspan.retry_on_failure.enabled: expected retries, found it switched off; set `enabled: true` and `max_elapsed_time: 0s`',
      ],
    ],
  ])('%s', (_, exporter, expected) => {
    expect(findings(collector(exporter))).toEqual(expected);
  });

  test('asks for the extension among those that are started', () => {
    expect(findings(collector(kept).replace('  extensions: [file_storage]', '  extensions: []'))).toEqual([
      '9 service.extensions: expected file_storage, which the queue of otlp_grpc/costspan is kept in; add it to the list',
    ]);
  });

  test('knows what a load balancer leaves out by default', () => {
    const balanced = (lines: string): string => collector(lines).replaceAll('otlp_grpc/costspan', 'load_balancing/costspan');
    const where = 'exporters.load_balancing/costspan';
    expect(findings(balanced('routing_key: service\nprotocol: {otlp: {}}'))).toEqual([
      `4 ${where}.sending_queue.enabled: expected a queue, found none (load_balancing has none of its own accord); set \`enabled: true\` and \`storage\``,
      `4 ${where}.retry_on_failure.enabled: expected retries, found none (load_balancing has none of its own accord); set \`enabled: true\` and \`max_elapsed_time: 0s\``,
      `5 ${where}.routing_key: expected "traceID", found "service"; one meter has to see the whole of a trace to count each call once`,
      `6 ${where}.protocol.otlp.sending_queue.enabled: expected false, so that what a meter did not take stays in the queue on disk and can go to another; set \`enabled: false\``,
    ]);
    const complete = [
      'retry_on_failure: {enabled: true, max_elapsed_time: 0s}',
      'sending_queue: {enabled: true, storage: file_storage}',
      'protocol: {otlp: {sending_queue: {enabled: false}}}',
    ].join('\n');
    expect(findings(balanced(complete))).toEqual([
      `5 ${where}.retry_on_failure.initial_interval: expected a pause such as "5s", found none; load_balancing has no default and would try again without one`,
    ]);
    expect(findings(balanced(complete.replace('enabled: true,', 'enabled: true, initial_interval: 5s,')))).toEqual([]);
  });
});

describe('cost before sampling', () => {
  const sampling = (processor: string): string =>
    `${processor} comes before Costspan: what it leaves out would have no cost; move it into a pipeline of its own, beside or behind Costspan`;

  test.each([
    ['memory_limiter, filter/noise, transform', []],
    ['memory_limiter, tail_sampling', [`13 service.pipelines.traces.processors.1: ${sampling('tail_sampling')}`]],
    ['probabilistic_sampler/a', [`13 service.pipelines.traces.processors.0: ${sampling('probabilistic_sampler/a')}`]],
    [
      'batch',
      [
        '13 service.pipelines.traces.processors.0: batch keeps in memory what was already acknowledged, and a Collector that is killed loses it; take it out and set exporters.otlp_grpc/costspan.sending_queue.batch',
      ],
    ],
  ])('%s', (processors, expected) => {
    expect(findings(collector(kept, processors))).toEqual(expected);
  });

  test('looks through connectors', () => {
    const text = `connectors: {forward/a: {}, forward/b: {}}
${collector(kept).replace('receivers: [otlp]', 'receivers: [forward/a]')}
    traces/first: {receivers: [otlp], processors: [tail_sampling], exporters: [forward/b]}
    traces/second: {receivers: [forward/b], exporters: [forward/a]}
    traces/aside: {receivers: [otlp], processors: [tail_sampling], exporters: [debug]}
`;
    expect(findings(text)).toEqual([`17 service.pipelines.traces/first.processors.0: ${sampling('tail_sampling')}`]);
  });
});

describe('which exporter leads to Costspan', () => {
  const elsewhere = collector(kept.replace('costs', 'tally')).replaceAll('otlp_grpc/costspan', 'otlp_grpc/tally');

  test('one that is named so, or sends to a host that is', () => {
    expect(findings(elsewhere)).toEqual([
      '3 exporters: expected an exporter that leads to Costspan; name it so, as in otlp_http/costspan, or say which it is with --exporter; found otlp_grpc/tally',
    ]);
    const byHost = checkCollector(elsewhere.replace('tally:4317', 'costspan.example:4317'), { environment: {}, exporters: [] });
    expect(byHost).toEqual({ exporters: ['otlp_grpc/tally'], findings: [] });
  });

  test('one that is said to, or sends to the port that the given configuration listens on', () => {
    const said = { environment: {}, exporters: ['otlp_grpc/tally'] };
    expect(checkCollector(elsewhere, said)).toEqual({ exporters: ['otlp_grpc/tally'], findings: [] });
    expect(findings(elsewhere, { exporters: ['debug'] })).toEqual([
      '3 exporters: expected an OTLP exporter debug, found otlp_grpc/tally',
    ]);
    const costspan = configOf('receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}}}}');
    expect(checkCollector(elsewhere, { environment: {}, exporters: [], costspan }).exporters).toEqual(['otlp_grpc/tally']);
  });

  test('one that no pipeline uses is named', () => {
    expect(findings(collector(kept).replace('exporters: [otlp_grpc/costspan]', 'exporters: [debug]'))).toEqual([
      '4 exporters.otlp_grpc/costspan: is used by no pipeline; add it to the exporters of a traces pipeline',
    ]);
  });
});

const examples = new URL('../../../../examples/collector/', import.meta.url);

test.each(readdirSync(examples))('examples/collector/%s has no findings', (name) => {
  expect(findings(readFileSync(new URL(`${name}/collector.yaml`, examples), 'utf8'))).toEqual([]);
});

describe('the files that init writes', () => {
  test.each(Object.entries(starterFiles))('%s has no findings', (_, { collector: text, costspan }) => {
    expect(checkCollector(text, { environment: {}, exporters: [], costspan: configOf(costspan) })).toEqual({
      exporters: ['otlp_http/costspan'],
      findings: [],
    });
  });

  test('a circle is seen: Costspan sends to the receiver that it gets its spans from', () => {
    const { collector: text, costspan } = starterFiles['inline-hop'];
    const circle = configOf(costspan.replace(':4320', ':4318'));
    const line = text.split('\n').findIndex((each) => each.includes('receivers: [otlp]')) + 1;
    expect(findings(text, { costspan: circle })).toEqual([
      `${line} service.pipelines.traces/in.receivers.0: otlp is where Costspan sends its spans to, and they would come back to it without end; give Costspan a receiver of its own, such as otlp/priced`,
    ]);
  });

  test('variables are resolved, by their defaults or the environment', () => {
    const text = sideBranch.replaceAll('max_elapsed_time: 0s', `max_elapsed_time: \${env:GIVE_UP_AFTER:-0s}`);
    expect(findings(text)).toEqual([]);
    expect(findings(text, { environment: { GIVE_UP_AFTER: '5m' } })).toHaveLength(1);
  });
});

describe('a file that is none', () => {
  test.each([
    ['no YAML', 'exporters: [', '1 : not valid YAML: '],
    ['another kind of file', '- 1\n', '1 exporters: expected an exporter that leads to Costspan'],
    ['nothing', '', '1 exporters: expected an exporter that leads to Costspan'],
    ['text where maps belong', 'exporters: yes\nservice: {pipelines: 3}', '1 exporters: expected an exporter'],
    ['too long', `# ${'x'.repeat(1024 * 1024)}`, '1 : expected at most 1048576 bytes'],
  ])('%s is told where it ends to make sense', (_, text, start) => {
    expect(findings(text)[0]?.slice(0, start.length)).toBe(start);
  });
});

function configOf(text: string): NonNullable<CheckCollectorOptions['costspan']> {
  const loaded = parseConfig(text, {});
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  return loaded.config;
}
