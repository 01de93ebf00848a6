import type { FakeProvider } from '@costspan/testkit';

/** Something that was still under way when its time was over. Nothing that comes after it in the same process means anything. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
}

/** What `work` gives; a StuckError with `what` and what is open, should it take longer than `limitMs`. */
export const within = async <R>(
  limitMs: number,
  { what, server }: { readonly what: string; readonly server: FakeProvider },
  work: () => Promise<R>,
): Promise<R> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StuckError(`${what}: still under way after ${limitMs / 1000} s; ${whatIsOpen()}; ${unanswered(server)}`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
};

/** What keeps this process alive, by kind. */
export const whatIsOpen = (): string => {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return `open: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`;
};

const unanswered = ({ log }: FakeProvider): string => {
  const running = log.filter(({ ending }) => ending === undefined);
  const described = running.map(
    ({ request, status, eventsSent }) =>
      `attempt ${request.number} ${request.method} ${request.path} (status ${status ?? 'none yet'}, ${eventsSent} events)`,
  );
  return `of ${log.length} attempts the server has not ended ${described.join(', ') || 'none'}`;
};
