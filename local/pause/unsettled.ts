// What the ledgers of a stage still have to do before it is at rest.
import type { Inspected } from '../inspect/inspect.ts';

/** In words; null: every entry is counted, so that every window that could close is closed, and every row is sent. */
export const unsettledIn = ({ ledgers }: Pick<Inspected, 'ledgers'>): string | null => {
  const waits = ledgers.flatMap(({ function: fn, shards, outboxPending }) => {
    const entries = shards.reduce((sum, s) => sum + s.waiting, 0);
    return [
      ...(entries > 0 ? [`entries of ${fn} that no decision counts yet: ${entries}`] : []),
      ...(outboxPending > 0 ? [`rows of ${fn} not sent yet: ${outboxPending}`] : []),
    ];
  });
  return waits.length === 0 ? null : waits.join(', ');
};
