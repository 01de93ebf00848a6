import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianProgram } from '../../scripts/checks/debian-package.ts';
import { repository } from '../support/cache-folder.ts';
import { freePorts } from '../support/free-ports.ts';
import { startProcess } from '../support/start-process.ts';

/** Debian's Prometheus and its tool, installed if that is possible; otherwise why not. */
export function installedPrometheus():
  | { readonly kind: 'ready'; readonly prometheus: string; readonly promtool: string }
  | { readonly kind: 'skipped'; readonly why: string } {
  const program = debianProgram('/usr/bin/prometheus', 'prometheus');
  return 'missing' in program
    ? { kind: 'skipped', why: program.missing }
    : { kind: 'ready', prometheus: program.path, promtool: '/usr/bin/promtool' };
}

/** A value of a query at one moment. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** A Prometheus with the rules of `deploy/prometheus`. */
export type RunningPrometheus = AsyncDisposable & {
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  /** State of every target, by job. */
  readonly targets: () => Promise<Readonly<Record<string, string>>>;
};

type QueryAnswer = {
  readonly data: {
    readonly result: ReadonlyArray<{
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }>;
  };
};
type TargetsAnswer = {
  readonly data: {
    readonly activeTargets: ReadonlyArray<{ readonly labels: { readonly job: string }; readonly health: string }>;
  };
};

/** Starts it in a folder, with the shipped configuration, scraping `target` every second. */
export async function startPrometheus(program: string, folder: string, target: string): Promise<RunningPrometheus> {
  cpSync(join(repository, 'deploy/prometheus'), folder, { recursive: true });
  const config = join(folder, 'prometheus.yaml');
  const shipped = readFileSync(config, 'utf8');
  writeFileSync(config, shipped.replaceAll('15s', '1s').replace('127.0.0.1:4318', target));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const running = await startProcess({
    name: 'prometheus',
    command: program,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    folder,
    readyUrl: `${url}/-/ready`,
  });
  const ask = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(`${url}${path}`);
    if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  return {
    query: async (expression) => {
      const { data } = await ask<QueryAnswer>(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    targets: async () => {
      const { data } = await ask<TargetsAnswer>('/api/v1/targets');
      return Object.fromEntries(data.activeTargets.map(({ labels, health }) => [labels.job, health]));
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}
