import { encodeAggregate } from '../../shared/event/kpl.ts';
import type { OutRecord } from '../../shared/ports.ts';

/** Events that may stand in another order than they were made in: fewer than a watermark's delay of them. */
const SIDE_BY_SIDE = 15;

/** Events of one key side by side in aggregates. */
export const packAggregates = (
  events: readonly { readonly key: string; readonly event: object }[],
): readonly OutRecord[] => {
  const out: OutRecord[] = [];
  for (let i = 0; i < events.length; i += SIDE_BY_SIDE)
    for (const [partitionKey, mine] of Map.groupBy(events.slice(i, i + SIDE_BY_SIDE), (e) => e.key)) {
      const records = mine.map(({ event }) => ({ partitionKey, data: Buffer.from(JSON.stringify(event)) }));
      out.push({ partitionKey, data: encodeAggregate(records) });
    }
  return out;
};
