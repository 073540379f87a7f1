// The state of a small pipeline as this build writes it: every kind of item and object, by the code that writes it in production, on a clock
// that is moved by hand. The same calls give the same state.
import { alerts } from '../../shared/destinations/alerts.ts';
import { unpackJson } from '../../shared/fold/pack.ts';
import type { Item, Scalar } from '../../shared/ports.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { booksCursor, NO_CURSOR } from '../../shared/steps/books/cursor.ts';
import { claimAll } from '../../shared/steps/claims.ts';
import { homeOf } from '../../shared/steps/home.ts';
import { lakeManifests } from '../../shared/steps/lake/manifest.ts';
import { lakePartitions } from '../../shared/steps/lake/partition.ts';
import { authorise, claimAgain } from '../../shared/steps/resubmit.ts';
import { AT, type StageGiven, silence, stageGiven } from '../verify/given.ts';

/** Of its own, and never changed: the ids of its queries stand in the fixtures. */
const SQL = `CREATE TABLE clicks (k STRING, n BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '5' SECOND)
WITH ('connector' = 'kinesis', 'millrace.type' = 'click.v1');
CREATE TABLE tens (k STRING, s TIMESTAMP(3), t TIMESTAMP(3), v BIGINT, WATERMARK FOR t AS t) WITH ('connector' = 'kinesis');
CREATE TABLE minutes (k STRING, s TIMESTAMP(3), v BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE visits (k STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (k, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE sums (k STRING, s TIMESTAMP(3), n BIGINT, v BIGINT, kinds BIGINT, PRIMARY KEY (k, s) NOT ENFORCED)
WITH ('connector' = 'dynamodb', 'millrace.lateness' = '60 s');`;
const QUERIES: Readonly<Record<string, string>> = {
  tens: `INSERT INTO tens SELECT k, window_start, window_time, SUM(n)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end, window_time`,
  minutes: `INSERT INTO minutes SELECT k, window_start, SUM(v)
    FROM TABLE(TUMBLE(TABLE tens, DESCRIPTOR(t), INTERVAL '60' SECOND)) GROUP BY k, window_start, window_end`,
  visits: `INSERT INTO visits SELECT k, window_start, COUNT(*)
    FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(t), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end`,
  sums: `INSERT INTO sums SELECT k, window_start, COUNT(*), SUM(n), COUNT(DISTINCT n)
    FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '20' SECOND)) GROUP BY k, window_start, window_end`,
};
const { plan, errors } = compileSql(
  [
    { path: 'tables.sql', text: SQL },
    ...Object.entries(QUERIES).map(([name, text]) => ({ path: `queries/${name}.sql`, text: `${text};` })),
  ],
  { types: ['click.v1'] },
);
if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
export const newStage = (): StageGiven => stageGiven(1, plan);

/** Fields as they stand in JSON: bytes as base64. */
export type StoredItem = Readonly<Record<string, string | number | boolean | { readonly b: string }>>;
export type State = {
  readonly items: readonly StoredItem[];
  readonly objects: readonly { readonly key: string; readonly b: string }[];
  readonly results: readonly StoredItem[];
};

const stored = (item: Item): StoredItem =>
  Object.fromEntries(
    Object.entries(item).map(([k, v]) => [
      k,
      v instanceof Uint8Array ? { b: Buffer.from(v).toString('base64') } : (v as Exclude<Scalar, Uint8Array>),
    ]),
  );
export const itemOf = (s: StoredItem): Item =>
  Object.fromEntries(
    Object.entries(s).map(([k, v]) => [k, typeof v === 'object' ? new Uint8Array(Buffer.from(v.b, 'base64')) : v]),
  ) as Item;

const KEYS = ['a', 'b', 'c'];
type Between = () => Promise<void>;
/** What comes before the state is kept; `between` lets the functions work. A snapshot is made after five minutes, and entries follow it. */
export const puts = async (stage: StageGiven, between: Between, keys = KEYS): Promise<void> => {
  stage.clock.advance(1_000);
  stage.click(keys[0] as string, 1);
  await between();
  stage.clock.advance(360_000);
  for (let s = 0; s < 50; s++) {
    stage.clock.advance(1_000);
    stage.click(keys[s % keys.length] as string, s % 7, s % 5 === 0 ? 4_000 : 0);
    if (s === 30) await between();
  }
  await between();
};
/** What comes after the state was kept, until all is closed. */
export const rest = async (stage: StageGiven): Promise<void> => {
  for (let s = 0; s < 20; s++) {
    stage.clock.advance(1_000);
    stage.click(KEYS[s % 2] as string, s % 7);
  }
  await stage.flow();
  await silence(stage);
};

/** Kinds that this pipeline has no use for, each by its own writer. */
const others = async ({ run: { table } }: StageGiven): Promise<void> => {
  const claim = { source: 'web', id: 'e1', owner: 'shardId-000000000000/1', arrival: AT, keepFor: 86_400_000 };
  await claimAll(table, '1', [claim], AT);
  const payload = Buffer.from('{}');
  const again = { shard: 'shardId-000000000000', seq: '1', index: 0, arrival: AT };
  await authorise(table, '1', { key: 'k', payload, again } as Parameters<typeof authorise>[2]);
  await claimAgain(table, '1', 'k', 'shardId-000000000000/2');
  await homeOf({ table, run: '1' })();
  await lakePartitions(table).change({ table: 'orders', part: 'dt=2026-01-31/hour=09' }, (p) => ({
    ...p,
    files: [{ generation: 1, name: 'a.parquet' }],
    marks: { 'shardId-000000000000': 3 },
  }));
  await lakeManifests(table, '1', 'write-lake/enriched').decide('shardId-000000000000', undefined, 4);
  await booksCursor(table, '1').move({ ...NO_CURSOR, hour: AT });
  const row = {
    table: 'alarms',
    key: '["a"]',
    version: '00000000000000000001',
    id: 'x',
    row: '{}',
    source: '',
    time: '',
  };
  const destination = {
    name: 'd',
    most: { rows: 9, bytes: 999 },
    atOnce: 1,
    write: async () => [{ kind: 'stored' as const }],
  };
  await alerts({ table, run: '1', destination }).write([{ ...row, early: false, arrival: AT }]);
};

/** A stage in the middle of its work: windows open, a snapshot made, entries behind it, rows sent. */
export const begun = async (): Promise<StageGiven> => {
  const stage = newStage();
  await puts(stage, () => stage.flow());
  await others(stage);
  return stage;
};

export const stateOf = async ({ run: { table, objects, results } }: StageGiven): Promise<State> => {
  const keys = (await objects.list('')).filter(({ key }) => !key.startsWith('archive/'));
  const bytes = await Promise.all(
    keys.map(async ({ key }) => ({ key, b: Buffer.from((await objects.get(key)) ?? []) })),
  );
  const order = (a: Item, b: Item): number => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1);
  return {
    items: [...table.items()].sort(order).map(stored),
    objects: bytes.map(({ key, b }) => ({ key, b: b.toString('base64') })),
    results: [...results.items()].sort(order).map(stored),
  };
};

const ZSTD = 0xfd2fb528;
/** What packed bytes hold: another version of a compressor may pack the same otherwise. */
const opened = (b: string): unknown => {
  const bytes = Buffer.from(b, 'base64');
  const isPacked = bytes.length > 4 && (bytes.readUInt32LE(0) === ZSTD || (bytes[0] === 0x1f && bytes[1] === 0x8b));
  return isPacked ? unpackJson(bytes) : bytes.toString('latin1');
};
export const plainState = (s: State): unknown => ({
  items: s.items.map((i) =>
    Object.fromEntries(Object.entries(i).map(([k, v]) => [k, typeof v === 'object' ? opened(v.b) : v])),
  ),
  objects: s.objects.map(({ key, b }) => ({ key, b: opened(b) })),
});

/** Rows of all results tables, as readers see them. */
export const rowsOf = ({ run: { results } }: StageGiven): readonly string[] =>
  results
    .items()
    .filter((i) => typeof i.row === 'string')
    .map((i) => `${i.pk} ${i.row}`)
    .sort();
