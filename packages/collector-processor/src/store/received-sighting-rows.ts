import { contributionText, emptyTally, parseContribution, type Sighting } from '@costspan/ledger';
import type { LedgerFile } from './ledger-file.ts';
import type { SentSighting } from './received-events.ts';
import { prepare } from './sql.ts';

/** What other ledgers say about items of a trace besides cost, the latest of each. */
export type ReceivedSightingRows = {
  /** Keeps it unless a later one of the same ledger is known. Returns whether it is news. */
  readonly take: (traceKey: bigint, sent: SentSighting) => boolean;
  /** Those that hold, of every ledger. */
  readonly live: (traceKey: bigint) => readonly Sighting[];
};

/** Prepares the statements over received sightings of a file. */
export function prepareReceivedSightingRows({ database }: LedgerFile): ReceivedSightingRows {
  const sequenceOf = prepare<{ sequence: bigint }>(
    database,
    'SELECT sequence FROM received_sightings WHERE trace_key = ? AND type = ? AND id = ? AND emitter = ?',
  );
  const write = prepare(
    database,
    `INSERT INTO received_sightings (trace_key, type, id, emitter, sequence, state, body) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = excluded.sequence, state = excluded.state, body = excluded.body`,
  );
  const live = prepare<{ body: string }>(
    database,
    "SELECT body FROM received_sightings WHERE trace_key = ? AND state = 'live' ORDER BY type, id, emitter",
  );
  return {
    take: (traceKey, { emitter, sequence, state, sighting }) => {
      const { type, id } = sighting.item;
      const known = sequenceOf.one(traceKey, type, id, emitter);
      if (known !== undefined && known.sequence >= sequence) return false;
      write.run(traceKey, type, id, emitter, sequence, state, contributionText({ tally: emptyTally, sighting }));
      return true;
    },
    live: (traceKey) => live.all(traceKey).map(({ body }) => parseContribution(body).sighting),
  };
}
