// The events and queries of a priced load: clicks of a shop, a campaign as group key.
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan } from '../../shared/query/plan.ts';
import type { EpochMs } from '../../shared/time.ts';
import { rngOf } from '../generate/rng.ts';
import type { Load } from './load.ts';

export const TYPE = 'click.v1';
export const TYPES = { [TYPE]: { type: TYPE, check: () => null, time: ['ts'], id: null, key: null } } as const;

/** Every query sums another thing over the same windows, so that each has rows of its own. */
const query = (n: number, windowSeconds: number) => ({
  path: `queries/sums_${n}.sql`,
  text: `INSERT INTO sums_${n} SELECT campaign, window_start, COUNT(*), SUM(price + ${n})
         FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '${windowSeconds}' SECOND(5)))
         GROUP BY campaign, window_start, window_end;`,
});
const table = (n: number): string =>
  `CREATE TABLE sums_${n} (campaign STRING, s TIMESTAMP(3), n BIGINT, total BIGINT, PRIMARY KEY (campaign, s) NOT ENFORCED)
   WITH ('connector' = 'dynamodb');`;

/** @param windowSeconds of the run, which need not be the load's: one window holds the whole run */
export const samplePlan = (queries: number, windowSeconds: number): Plan => {
  const numbers = Array.from({ length: queries }, (_, i) => i + 1);
  const clicks = `CREATE TABLE clicks (campaign STRING, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
    WITH ('connector' = 'kinesis', 'millrace.type' = '${TYPE}');`;
  const { plan, errors } = compileSql(
    [
      { path: 'tables.sql', text: [clicks, ...numbers.map(table)].join('\n') },
      ...numbers.map((n) => query(n, windowSeconds)),
    ],
    { types: [TYPE] },
  );
  if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
  return plan;
};

/** Makes the JSON of an event at a time; the same each time it is begun. */
export const sampler = (load: Pick<Load, 'bytes' | 'keys'>): ((at: EpochMs) => string) => {
  const rng = rngOf(5);
  let n = 0;
  return (at) => {
    const data = {
      ts: new Date(at).toISOString(),
      campaign: `c${rng.below(load.keys)}`,
      price: rng.below(10_000),
      pad: '',
    };
    const event = {
      specversion: '1.0',
      id: `e${String(n++).padStart(12, '0')}`,
      source: '/shop',
      type: TYPE,
      time: data.ts,
      partitionkey: `u${rng.below(100_000)}`,
      data,
    };
    data.pad = 'x'.repeat(Math.max(0, load.bytes - JSON.stringify(event).length));
    return JSON.stringify(event);
  };
};
