// PROOF=sinks: 1,000 rows a second for a minute into each destination here, through the real sink and the real client: what it holds in
// the end, and what memory does. A second's rows are delivered as one batch, and every tenth batch comes twice; nothing waits for a clock,
// so the rows a second are what this machine does. With node --expose-gc.
import { afterAll, expect, test } from 'vitest';
import { Messages, ofCloudEvent } from '../../local/destinations/here/held.ts';
import { type PlaceHere, startDestinations, tapInto } from '../../local/destinations/here/start.ts';
import { startDynamo } from '../../local/services/dynamo.ts';
import { startObjects } from '../../local/services/objects.ts';
import { startSecrets } from '../../local/services/secrets.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { messageDestination } from '../../shared/aws/message-destination.ts';
import { redshiftData } from '../../shared/aws/redshift-data.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { signedRequest } from '../../shared/aws/signed-request.ts';
import { guardedPost } from '../../shared/destinations/guarded-post.ts';
import { postgres } from '../../shared/destinations/postgres.ts';
import { postgresConnection } from '../../shared/destinations/postgres-connection.ts';
import { redshift } from '../../shared/destinations/redshift.ts';
import { search } from '../../shared/destinations/search.ts';
import { webhook } from '../../shared/destinations/webhook.ts';
import { closeKafka } from '../../shared/kafka/client.ts';
import { kafkaTopic } from '../../shared/kafka/topic.ts';
import { systemClock } from '../../shared/ports.ts';
import { compileSql } from '../../shared/query/compile.ts';
import type { Plan, TablePlan } from '../../shared/query/plan.ts';
import { deliver } from '../../shared/steps/sink/deliver.ts';
import type { Destination } from '../../shared/steps/sink/destination.ts';
import { dynamoRows } from '../../shared/steps/sink/dynamo-rows.ts';
import { sinkRow } from '../ports/destination.contract.ts';

const SECONDS = Number(process.env.SINK_SECONDS ?? 60);
const RATE = 1_000;
const KEYS = 1_000;
/** Before memory is measured; a database has two segments of its log, 16 MB each, only after some time. */
const WARM = (t: TablePlan): number => (t.connector === 'jdbc' || t.connector === 'redshift' ? 2 : 1 / 3) * SECONDS;

const TABLE = (name: string, options: string): string =>
  `CREATE TABLE ${name} (k STRING, n BIGINT, s STRING, PRIMARY KEY (k) NOT ENFORCED) WITH (${options});
INSERT INTO ${name} SELECT k, n, s FROM events;`;
const SQL = [
  "CREATE TABLE events (k STRING, n BIGINT, s STRING) WITH ('connector' = 'kinesis', 'millrace.type' = 'e.v1');",
  TABLE('to_table', "'connector' = 'dynamodb'"),
  TABLE('to_postgres', "'connector' = 'jdbc', 'url' = 'jdbc:postgresql://db/shop'"),
  TABLE(
    'to_redshift',
    "'connector' = 'redshift', 'hostname' = 'a.b.eu-north-1.redshift.amazonaws.com', 'database-name' = 'dev', 'iam-role-arn' = 'arn:aws:iam::123456789012:role/r'",
  ),
  TABLE('to_search', "'connector' = 'opensearch-2', 'hosts' = 'https://search.example'"),
  TABLE('to_bus', "'connector' = 'eventbridge', 'bus' = 'shop'"),
  TABLE('to_queue', "'connector' = 'sqs', 'queue-url' = 'https://sqs.eu-north-1.amazonaws.com/123456789012/q'"),
  TABLE('to_topic', "'connector' = 'sns', 'topic-arn' = 'arn:aws:sns:eu-north-1:123456789012:t'"),
  TABLE('to_delivery', "'connector' = 'firehose', 'delivery-stream' = 'd'"),
  TABLE(
    'to_kafka',
    "'connector' = 'upsert-kafka', 'topic' = 'rows', 'properties.bootstrap.servers' = 'b:9092', 'key.format' = 'json', 'value.format' = 'json'",
  ),
  TABLE('to_hook', "'connector' = 'http-sink', 'url' = 'https://hooks.example/x'"),
].join('\n');

const { plan: compiled, errors } = compileSql([{ path: 'tables.sql', text: SQL }], { types: ['e.v1'] });
if (errors.length > 0) throw new Error(errors.map((e) => e.message).join('\n'));
const plan: Plan = compiled;

const messages = new Messages(KEYS);
const objects = await startObjects({ shortCut: true, taken: tapInto(messages) });
const secrets = await startSecrets();
const dynamo = await startDynamo({ shortCut: true });
await dynamo.call('CreateTable', {
  TableName: 'results',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: ['pk', 'sk'].map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
});
await objects.createBucket('bucket');
const here = await startDestinations({
  plan,
  addresses: new Map(),
  served: { shortCut: true },
  objects,
  secrets,
  messages,
});
const outer = process.env;
process.env = {
  ...outer,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
  AWS_ENDPOINT_URL_S3: objects.endpoint,
  AWS_ENDPOINT_URL_SQS: objects.endpoint,
  AWS_ENDPOINT_URL_SNS: objects.endpoint,
  AWS_ENDPOINT_URL_EVENTBRIDGE: here.events ?? '',
  AWS_ENDPOINT_URL_FIREHOSE: here.firehose ?? '',
  AWS_ENDPOINT_URL_REDSHIFT_DATA: here.redshift ?? '',
};
const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
  await closeKafka();
  await here.close();
  await objects.close();
  await secrets.close();
  await dynamo.close();
  process.env = outer;
});

const placed = (t: TablePlan): TablePlan => ({ ...t, options: here.options.get(t.name) ?? t.options });
const stage = s3Objects({ bucket: 'bucket' });

const destinationOf = (t: TablePlan): Destination => {
  const { options } = placed(t);
  switch (t.connector) {
    case 'dynamodb':
      return dynamoRows(dynamoTable({ table: 'results' }));
    case 'jdbc': {
      const sql = postgresConnection({ url: options.url ?? '', login: async () => ({ user: 'u', password: 'p' }) });
      closing.push(() => sql.end());
      return postgres(sql, [t], t.name);
    }
    case 'redshift':
      return redshift({
        api: redshiftData({ warehouse: { cluster: 'a' }, database: 'dev', secret: 's' }),
        tables: [t],
        stage,
        prefix: '1/redshift/',
        clock: systemClock,
        wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
        name: t.name,
      });
    case 'opensearch-2':
      return search(signedRequest({ host: options.hosts ?? '', service: 'es' }), [t], t.name);
    case 'upsert-kafka':
      return kafkaTopic(placed(t));
    case 'http-sink':
      return webhook({
        tables: [placed(t)],
        secrets: async () => [Buffer.alloc(32, 1)],
        post: guardedPost({ open: true }),
        clock: systemClock,
      });
    default:
      return messageDestination(placed(t));
  }
};

/** The results table is none of the places outside. */
const inTable = plan.tables
  .filter((t) => t.connector === 'dynamodb')
  .map(
    (table): PlaceHere => ({
      table,
      where: 'the results table',
      count: async () => KEYS,
      async rows() {
        type Item = {
          readonly pk: { readonly S: string };
          readonly ver: { readonly S: string };
          readonly row?: { readonly S: string };
        };
        const { Items = [] } = (await dynamo.call('Scan', { TableName: 'results' })) as {
          readonly Items?: readonly Item[];
        };
        return Items.map((i) => ({ key: i.pk.S, version: i.ver.S, row: i.row ? JSON.parse(i.row.S) : null }));
      },
    }),
  );

/** What somebody does who reads a queue: takes its messages away. A stage's lifecycle rule is done here too. */
const takeAway = async (t: TablePlan): Promise<void> => {
  if (t.connector === 'redshift') return stage.delete((await stage.list('1/redshift/')).map((o) => o.key));
  if (t.connector !== 'sqs') return;
  const QueueUrl = placed(t).options['queue-url'];
  for (;;) {
    const { Messages: all = [] } = (await objects.sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 })) as {
      Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
    };
    if (all.length === 0) return;
    for (const m of all) ofCloudEvent(m.Body);
    const Entries = all.map((m, i) => ({ Id: String(i), ReceiptHandle: m.ReceiptHandle }));
    await objects.sqs('DeleteMessageBatch', { QueueUrl, Entries });
  }
};

const used = (): { readonly heap: number; readonly rss: number } => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
};
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
/** A leak of 500 bytes a row would be 30 MB over the minute that is measured. */
const MOST_GROWTH = 10e6;

test.each([...inTable, ...here.places].map((p): [string, PlaceHere] => [p.table.name, p]))(
  `%s: ${RATE} rows a second for ${SECONDS} seconds`,
  async (_, place) => {
    expect(globalThis.gc, 'run with --expose-gc').toBeDefined();
    const d = destinationOf(place.table);
    const batch = (second: number) =>
      Array.from({ length: RATE }, (_, i) => ({
        row: sinkRow(place.table.name, `k${i % KEYS}`, second * RATE + i + 1),
      }));
    let busy = 0;
    let cpu = 0; // of the process, stand-in and client, in ms: what a busy machine changes least
    let slowest = 0;
    const before = used();
    let settled = before;
    const warm = Math.floor(WARM(place.table));
    const all = warm + SECONDS;
    for (let second = 0; second < all; second++) {
      const rows = batch(second);
      const began = performance.now();
      const cpuBegan = process.cpuUsage();
      for (let times = second % 10 === 9 ? 2 : 1; times > 0; times--) {
        const { undone, refused } = await deliver(d, rows, { remainingMs: () => 60_000 });
        expect([undone.length, refused.length]).toEqual([0, 0]);
      }
      const took = performance.now() - began;
      busy += took;
      const { user, system } = process.cpuUsage(cpuBegan);
      cpu += (user + system) / 1000;
      slowest = Math.max(slowest, took);
      await takeAway(place.table);
      if (second === warm - 1) settled = used();
    }
    const after = used();
    const sent = all * RATE + Math.floor(all / 10) * RATE;
    console.log(
      `${place.table.connector.padEnd(12)} ${String(Math.round((sent * 1000) / busy)).padStart(6)} rows/s  CPU ${(cpu / (sent / 1000)).toFixed(0)} ms per 1,000  slowest second ${(slowest / 1000).toFixed(2)} s  ` +
        `heap before ${mb(before.heap)}, warm ${mb(settled.heap)}, a minute later ${mb(after.heap)}  rss ${mb(before.rss)}, ${mb(settled.rss)}, ${mb(after.rss)}`,
    );
    const rows = (await place.rows()).filter((r) => r.row !== null);
    expect(rows).toHaveLength(KEYS);
    const newest = rows.map((r) => Number(r.row?.n)).toSorted((a, b) => a - b);
    expect([newest[0], newest.at(-1)]).toEqual([(all - 1) * RATE + 1, all * RATE]);
    expect(after.heap - settled.heap).toBeLessThan(MOST_GROWTH);
  },
  600_000,
);
