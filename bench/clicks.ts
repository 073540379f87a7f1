// The events of the counting benches: clickstream CloudEvents of 525 bytes, the same each time.
import { rngOf } from '../local/generate/rng.ts';

export const EVENT_BYTES = 525;
const START = Date.parse('2026-01-05T09:00:00Z');
const KINDS = ['page_view', 'click', 'add_to_cart', 'purchase', 'search', 'scroll'];

export type Click = { readonly user: string; readonly time: number; readonly bytes: Uint8Array };

/** @param keys how many campaigns there are: the group key of the query */
export function* clicks(count: number, keys: number, seed = 5): Generator<Click> {
  const r = rngOf(seed);
  for (let i = 0; i < count; i++) {
    const time = START + i * 3 + r.below(500);
    const user = `u${r.below(100_000)}`;
    const data = {
      ts: new Date(time).toISOString(),
      kind: KINDS[r.below(6)],
      campaign: `c${r.below(keys)}`,
      price: r.below(10_000),
      page: `/catalog/item/${r.below(5_000)}`,
      device: { kind: r.chance(0.6) ? 'mobile' : 'desktop', os: 'Android 14', w: 1080, h: 2400 },
      locale: 'de-DE',
      pad: '',
    };
    const event = {
      specversion: '1.0',
      id: `e${String(i).padStart(12, '0')}`,
      source: '/shop',
      type: 'click.v1',
      time: data.ts,
      partitionkey: user,
      data,
    };
    data.pad = 'x'.repeat(Math.max(0, EVENT_BYTES - Buffer.byteLength(JSON.stringify(event))));
    yield { user, time, bytes: Buffer.from(JSON.stringify(event)) };
  }
}

export const SQL = [
  {
    path: 'tables.sql',
    text: `CREATE TABLE clicks (campaign STRING, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
           WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
           CREATE TABLE sums (campaign STRING, s TIMESTAMP(3), n BIGINT, total BIGINT, PRIMARY KEY (campaign, s) NOT ENFORCED)
           WITH ('connector' = 'dynamodb');`,
  },
  {
    path: 'queries/sums.sql',
    text: `INSERT INTO sums SELECT campaign, window_start, COUNT(*), SUM(price)
           FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY campaign, window_start, window_end;`,
  },
];
