import { clickhouseRequirements } from './clickhouse/requirements.ts';
import { pinnedCollector } from './collector/build.ts';
import { helmProgram, validateProgram } from './helm/programs.ts';
import { installedPrometheus } from './prometheus/start-prometheus.ts';
import { pythonWith } from './python/install.ts';

/**
 * Builds and installs what takes minutes before any test begins: a test process that is busy for so long would be taken for
 * one that hangs. What cannot be had is skipped, and each suite says why.
 */
export function setup(): void {
  pinnedCollector();
  for (const requirements of ['requirements.txt', 'requirements-openai-v2.txt', clickhouseRequirements]) pythonWith(requirements);
  installedPrometheus();
  if (helmProgram().kind === 'ready') validateProgram();
}
