/** Runs every piece of work, at most `workersMax` at once. */
export async function inParallel(workersMax: number, work: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...work];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
  };
  await Promise.all(Array.from({ length: workersMax }, worker));
}
