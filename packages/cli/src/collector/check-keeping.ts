import type { CollectorFile, CollectorFinding } from './collector-file.ts';
import { isBalancing } from './cost-exporters.ts';

/** What to change so that an exporter keeps what Costspan cannot take yet: a queue on disk, and no last attempt. */
export function checkKeeping(file: CollectorFile, exporter: string): readonly CollectorFinding[] {
  return [
    ...checkQueue(file, exporter),
    ...checkRetry(file, exporter),
    ...(isBalancing(exporter) ? checkInner(file, exporter) : []),
  ];
}

function checkQueue(file: CollectorFile, exporter: string): readonly CollectorFinding[] {
  const path = ['exporters', exporter, 'sending_queue'];
  const isMissing = isBalancing(exporter) && file.at(...path) === undefined;
  if (isMissing || isNo(file.at(...path, 'enabled'))) {
    const found = isMissing ? 'found none (load_balancing has none of its own accord)' : 'found one that is switched off';
    return [file.finding([...path, 'enabled'], `expected a queue, ${found}; set \`enabled: true\` and \`storage\``)];
  }
  const storage = file.at(...path, 'storage');
  if (typeof storage !== 'string') {
    const known = file.keys('extensions').find((name) => name.startsWith('file_storage'));
    const advice =
      known === undefined ? 'add the extension `file_storage` and `storage: file_storage`' : `add \`storage: ${known}\``;
    return [
      file.finding(
        [...path, 'storage'],
        `expected a storage extension, found a queue in memory, which ends with the Collector; ${advice}`,
      ),
    ];
  }
  if (!file.keys('extensions').includes(storage)) {
    return [
      file.finding(
        [...path, 'storage'],
        `expected the name of an extension, found ${JSON.stringify(storage)}; define it in \`extensions\``,
      ),
    ];
  }
  if (!file.texts('service', 'extensions').includes(storage)) {
    return [
      file.finding(
        ['service', 'extensions'],
        `expected ${storage}, which the queue of ${exporter} is kept in; add it to the list`,
      ),
    ];
  }
  return [];
}

function checkRetry(file: CollectorFile, exporter: string): readonly CollectorFinding[] {
  const path = ['exporters', exporter, 'retry_on_failure'];
  const enabled = file.at(...path, 'enabled');
  if (isNo(enabled) || (isBalancing(exporter) && enabled === undefined)) {
    const found = enabled === undefined ? 'found none (load_balancing has none of its own accord)' : 'found it switched off';
    return [file.finding([...path, 'enabled'], `expected retries, ${found}; set \`enabled: true\` and \`max_elapsed_time: 0s\``)];
  }
  const elapsed = file.at(...path, 'max_elapsed_time');
  const findings: CollectorFinding[] = [];
  if (!isNoTime(elapsed) && !(elapsed === undefined && isBalancing(exporter))) {
    const found = elapsed === undefined ? 'found nothing, which means 5m' : `found ${JSON.stringify(elapsed)}`;
    findings.push(
      file.finding(
        [...path, 'max_elapsed_time'],
        `expected "0s" (never give up), ${found}; when Costspan is away for longer, what waits is dropped`,
      ),
    );
  }
  if (isBalancing(exporter) && isNoTime(file.at(...path, 'initial_interval') ?? 0)) {
    findings.push(
      file.finding(
        [...path, 'initial_interval'],
        'expected a pause such as "5s", found none; load_balancing has no default and would try again without one',
      ),
    );
  }
  return findings;
}

/** The exporters inside a load balancer share one memory: what they queue is acknowledged and can neither move nor last. */
function checkInner(file: CollectorFile, exporter: string): readonly CollectorFinding[] {
  const path = ['exporters', exporter, 'protocol', 'otlp', 'sending_queue', 'enabled'];
  const inner = isNo(file.at(...path))
    ? []
    : [
        file.finding(
          path,
          'expected false, so that what a meter did not take stays in the queue on disk and can go to another; set `enabled: false`',
        ),
      ];
  const key = file.at('exporters', exporter, 'routing_key');
  return key === undefined || key === 'traceID'
    ? inner
    : [
        ...inner,
        file.finding(
          ['exporters', exporter, 'routing_key'],
          `expected "traceID", found ${JSON.stringify(key)}; one meter has to see the whole of a trace to count each call once`,
        ),
      ];
}

function isNo(value: unknown): boolean {
  return value === false || value === 'false';
}

function isNoTime(value: unknown): boolean {
  return value === 0 || (typeof value === 'string' && /^0+(?:\.0+)?(?:ns|us|µs|ms|s|m|h)?$/.test(value.trim()));
}
