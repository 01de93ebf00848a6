import { diag } from '@opentelemetry/api';

/** Reservations of this process, whose leases are renewed for as long as it lives. */
export type Leases = { readonly add: (id: string) => void; readonly delete: (id: string) => void };

/** No leases yet. A renewal goes out every third of a lease while there is any; a process that died sends none. */
export const createLeases = (renew: (ids: readonly string[]) => Promise<unknown>, leaseMs: number): Leases => {
  const held = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const renewAll = async (): Promise<void> => {
    const ids = [...held];
    try {
      for (let from = 0; from < ids.length; from += BATCH_MAX) await renew(ids.slice(from, from + BATCH_MAX));
    } catch (error) {
      diag.warn(`costspan: leases could not be renewed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    add: (id) => {
      held.add(id);
      timer ??= setInterval(() => void renewAll(), Math.max(1, Math.floor(leaseMs / 3))).unref();
    },
    delete: (id) => {
      held.delete(id);
      if (held.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
};

// Redis does nothing else while the script runs.
const BATCH_MAX = 1_000;
