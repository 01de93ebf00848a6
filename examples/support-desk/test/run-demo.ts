import { spawn } from 'node:child_process';

/** The demo as a process group of its own, so that a test can see whether anything of it is left. */
export type DemoRun = {
  /** Resolves when it has ended, with its exit status and everything it wrote. */
  readonly ended: Promise<{ readonly status: number | null; readonly output: string }>;
  /** Resolves as soon as it has written `text`. */
  readonly wrote: (text: string) => Promise<void>;
  /** What Ctrl-C in a terminal does: the signal goes to every process of the group. */
  readonly interrupt: () => void;
  /** Whether any process of the group is alive. */
  readonly isAlive: () => boolean;
};

/** Starts the demo as `npm run demo` does, with its files in `folder`. */
export function runDemo(folder: string): DemoRun {
  const child = spawn(process.execPath, ['examples/support-desk/main.ts'], {
    env: { ...process.env, COSTSPAN_DEMO_FOLDER: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = -(child.pid ?? 0);
  let output = '';
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of looks) look();
    });
  }
  return {
    ended: new Promise((resolve) => child.once('close', (status) => resolve({ status, output }))),
    wrote: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes(text)) resolve();
        };
        looks.add(look);
        look();
        child.once('close', () => reject(new Error(`the demo ended before it wrote ${JSON.stringify(text)}:\n${output}`)));
      }),
    interrupt: () => process.kill(group, 'SIGINT'),
    isAlive: () => {
      try {
        return process.kill(group, 0);
      } catch {
        return false;
      }
    },
  };
}
