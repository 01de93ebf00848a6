import { join } from 'node:path';
import { repository } from './cache-folder.ts';
import { type RunningProcess, startProcess } from './start-process.ts';

/** The built command, as its users run it. */
export const costspanCommand: string = join(repository, 'packages/cli/bin/costspan.mjs');

/** Starts the built `costspan serve` with a configuration file as it stands; resolves once it takes requests. */
export function startCostspan(options: {
  readonly config: string;
  /** Folder it runs in: relative paths of the configuration start here. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Address `host:port` of its HTTP receiver. */
  readonly endpoint: string;
}): Promise<RunningProcess> {
  return startProcess({
    name: 'costspan serve',
    command: process.execPath,
    args: [costspanCommand, 'serve', '--config', options.config],
    folder: options.folder,
    env: options.env,
    readyUrl: `http://${options.endpoint}/readyz`,
  });
}
