// Apache Flink reads what the pipeline hands on: topics of a real Apache Kafka that the sink of `write-topic` wrote, with deletions and records
// that came twice, by the same CREATE TABLE; and `refined` as single records, as `deaggregate` copies them, one event a line.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closeKafka, kafkaClientOf } from '../../shared/kafka/client.ts';
import { kafkaTopic, topicSettings } from '../../shared/kafka/topic.ts';
import { packGroup } from '../../shared/lanes/block.ts';
import { padSeq } from '../../shared/lanes/position.ts';
import { pointOf } from '../../shared/lanes/ring.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { singlesOf } from '../../shared/steps/deaggregate/singles.ts';
import { deliver } from '../../shared/steps/sink/deliver.ts';
import type { SinkRow } from '../../shared/steps/sink/destination.ts';
import { startBroker } from '../kafka/broker.ts';
import { FLINK, installJars } from './flink/install-jars.ts';
import { type FlinkAnswer, type FlinkJob, runFlink } from './flink/run-flink.ts';

const STORES = ['oslo', 'berlin', 'vienna', 'Zürich 🌍'];
const HOURS = 200;
const ROUNDS = 4;

type Hour = { readonly store: string; readonly hour: string; readonly orders: number; readonly cents: number };
const hoursOf = (round: number): readonly Hour[] =>
  STORES.flatMap((store, s) =>
    Array.from({ length: HOURS }, (_, h) => ({
      store,
      hour: new Date(Date.UTC(2026, 0, 1, h)).toISOString().replace('T', ' ').slice(0, -1),
      orders: round * 10 + ((h * 7 + s) % 10),
      cents: round * 1_000 + ((h * 131 + s * 17) % 997),
    })),
  );
/** Every seventh hour goes in the last round. */
const isGone = (i: number): boolean => i % 7 === 6;
const money = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
const dataOf = (h: Hour): string =>
  JSON.stringify({ store: h.store, hour_start: h.hour, orders: h.orders, revenue: money(h.cents) });

const rowsOf = (table: string, round: number): readonly SinkRow[] =>
  hoursOf(round).map((h, i): SinkRow => {
    const key = JSON.stringify([h.store, h.hour]);
    const row = round === ROUNDS && isGone(i) && table === 'hours' ? null : dataOf(h);
    // Rows of the appended table are other rows in every round, never revised.
    const id = table === 'hours' ? `q-1|${key}` : `q-2|${round}|${key}`;
    const more = { source: '/millrace/q', time: '2026-01-05T09:00:00.000Z', early: false, arrival: 0 };
    return { table, key: table === 'hours' ? key : id, id, version: padSeq(String(round * 10_000 + i)), row, ...more };
  });

const COLUMNS = 'store STRING, hour_start TIMESTAMP(3), orders BIGINT, revenue DECIMAL(38, 2)';
const tablesFor = (broker: string): Readonly<Record<'hours' | 'appended', string>> => ({
  hours: `CREATE TABLE hours (${COLUMNS}, PRIMARY KEY (store, hour_start) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'hours', 'properties.bootstrap.servers' = '${broker}', 'key.format' = 'json', 'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY')`,
  appended: `CREATE TABLE appended (${COLUMNS})
WITH ('connector' = 'kafka', 'topic' = 'appended', 'properties.bootstrap.servers' = '${broker}', 'format' = 'json', 'key.format' = 'raw', 'key.fields' = 'store')`,
});

const SUMS =
  'SELECT store, COUNT(*) AS n, SUM(orders) AS orders, SUM(revenue) AS revenue, MAX(hour_start) AS last_hour';
const job = (name: string, tables: readonly string[], from: string): FlinkJob => ({
  name,
  statements: [
    ...tables,
    `CREATE TABLE sums (store STRING, n BIGINT, orders BIGINT, revenue DECIMAL(38, 2), last_hour TIMESTAMP(3), PRIMARY KEY (store) NOT ENFORCED)
WITH ('connector' = 'millrace-result', 'name' = '${name}.sums')`,
    `INSERT INTO sums ${SUMS} FROM ${from} GROUP BY store`,
  ],
  results: ['sums'],
});

/** Options of a reader, which a destination has none of. */
const reading = (sql: string, options: string, columns = ''): string =>
  sql.replace('\nWITH (', `\nWITH (${options}, `).replace(COLUMNS, `${COLUMNS}${columns}`);

/** Of `rounds`, the sums by store. */
const wanted = (rounds: readonly number[], without: (i: number) => boolean): readonly string[] =>
  STORES.map((store) => {
    const mine = rounds.flatMap((r) => hoursOf(r).filter((h, i) => h.store === store && !without(i)));
    const sum = (of: (h: Hour) => number): number => mine.reduce((all, h) => all + of(h), 0);
    const last =
      mine
        .map((h) => h.hour)
        .toSorted()
        .at(-1) ?? '';
    return [store, mine.length, sum((h) => h.orders), money(sum((h) => h.cents)), last].join(' ');
  }).sort();

type Sums = {
  readonly store: string;
  readonly n: number;
  readonly orders: number;
  readonly revenue: string;
  readonly last_hour: string;
};
const line = (text: string): string => {
  const r = JSON.parse(text) as Sums;
  const last = new Date(`${r.last_hour.replace(' ', 'T').replace('Z', '')}Z`)
    .toISOString()
    .replace('T', ' ')
    .slice(0, -1);
  return [r.store, r.n, r.orders, Number(r.revenue).toFixed(2), last].join(' ');
};

/** `refined` as `deaggregate` copies it: what `refine` packed, taken apart, one event a line. */
const writeSingles = (dir: string): string => {
  const events = rowsOf('appended', 1).map((r, i) => ({
    kind: 'event' as const,
    lane: 'm.aggregate.q-2.0/0',
    seq: padSeq(String(i)),
    index: 0,
    child: 0,
    arrival: 0,
    key: r.key,
    bytes: Buffer.from(
      `${JSON.stringify({ specversion: '1.0', id: r.id, source: r.source, type: r.table, time: r.time }).slice(0, -1)},"data":${r.row}}`,
    ),
  }));
  const singles = packGroup(events, pointOf(0, 4)).flatMap((data, i) =>
    [...singlesOf({ seq: String(i), partitionKey: 'k', arrival: 0, data })].map((s) => Buffer.from(s.data).toString()),
  );
  const folder = join(dir, 'singles');
  mkdirSync(folder);
  writeFileSync(join(folder, 'refined.ndjson'), singles.map((s) => `${s}\n`).join(''));
  return folder;
};

/** @returns how many of what Flink read are not what was written */
export const readByFlink = async (dir: string, say: (line: string) => void): Promise<number> => {
  const broker = await startBroker(say);
  try {
    const sql = tablesFor(broker.address);
    const { plan, errors } = compileSql([{ path: 'tables.sql', text: `${Object.values(sql).join(';\n')};` }], {
      types: [],
    });
    if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
    let sent = 0;
    for (const table of plan.tables) {
      const { admin } = kafkaClientOf(topicSettings(table));
      await admin.createTopics({ topics: [table.options.topic ?? ''], partitions: 3, replicas: -1 });
      const to = kafkaTopic(table);
      for (let round = 1; round <= ROUNDS; round++)
        for (const _ of ['', 'again']) {
          const rows = rowsOf(table.name, round).map((row) => ({ row }));
          sent += rows.length;
          const { undone, refused } = await deliver(to, rows, { remainingMs: () => 60_000 });
          if (undone.length + refused.length > 0) throw new Error(`${table.name}: rows were not taken`);
        }
    }
    const bounded = "'scan.bounded.mode' = 'latest-offset'";
    const headers = ', headers MAP<STRING, BYTES> METADATA VIRTUAL, `at` AS PROCTIME()';
    const once = `(SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY CAST(headers['ce_id'] AS STRING) ORDER BY \`at\`) AS copy FROM appended) WHERE copy = 1)`;
    const singles = `CREATE TABLE singles (id STRING, type STRING, data ROW<${COLUMNS}>)
WITH ('connector' = 'filesystem', 'path' = '${pathToFileURL(writeSingles(dir))}', 'format' = 'json')`;
    const jobs = [
      job('upsert-kafka', [reading(sql.hours, bounded)], 'hours'),
      job('kafka', [reading(sql.appended, `'scan.startup.mode' = 'earliest-offset', ${bounded}`, headers)], once),
      job(
        'refined',
        [singles],
        "(SELECT data.store, data.hour_start, data.orders, data.revenue FROM singles WHERE type = 'appended')",
      ),
    ];
    const want: Readonly<Record<string, readonly string[]>> = {
      'upsert-kafka': wanted([ROUNDS], isGone),
      kafka: wanted([1, 2, 3, 4], () => false),
      refined: wanted([1], () => false),
    };
    const answers: FlinkAnswer[] = [];
    await runFlink(jobs, (a) => void answers.push(a), say, [installJars('kafka'), installJars('parquet')]);
    let wrong = 0;
    for (const a of answers) {
      if (a.kind === 'failed') throw new Error(`Flink, ${a.name}: ${a.reason}`);
      const have = (a.rows.get('sums') ?? []).map(line).sort();
      const same = have.join('\n') === want[a.name]?.join('\n');
      if (!same) {
        wrong++;
        say(['wanted', ...(want[a.name] ?? []), 'Flink', ...have].join('\n'));
      }
      say(`flink ${FLINK}  ${a.name.padEnd(12)} ${have.length} stores: ${same ? 'as written' : 'NOT as written'}`);
    }
    say(`${sent} records in two topics, each sent twice`);
    return wrong;
  } finally {
    await closeKafka();
    await broker.close();
  }
};
