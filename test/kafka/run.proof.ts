// The whole pipeline on a real Apache Kafka: 4 partitions, the broker killed in the middle, pollers that come and go in every consumer
// group, batches that run after their partitions were given away. The rows are those of the Kinesis run, byte for byte.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generate as lines } from '../../local/generate/generate.ts';
import { rngOf } from '../../local/generate/rng.ts';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import type { Groups, KafkaRun } from '../../local/kafka/here.ts';
import type { Delivered } from '../../local/kafka/mapping.ts';
import { runFiles } from '../../local/run/run-files.ts';
import type { Summary } from '../../local/run/summary.ts';

const EVENTS = Number(process.env.KAFKA_EVENTS ?? 100_000);
const PARTITIONS = 4;
const SEED = 7;
const MINUTES = 60_000;

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'millrace-kafka-proof-'));
const input = join(dir, 'events.ndjson');
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const tell = { update: () => undefined, line: say, end: () => undefined };
let broker: Broker;

beforeAll(async () => {
  const traffic = { kind: 'shop', seed: SEED, events: EVENTS, disorder: 8_000, rate: 200, malformed: 0.001 } as const;
  writeFileSync(input, `${[...lines(traffic)].join('\n')}\n`);
  broker = await startBroker(say);
}, 3 * MINUTES);
afterAll(async () => {
  await broker?.close();
  rmSync(dir, { recursive: true, force: true });
});

const run = (out: string, kafka?: KafkaRun): Promise<Summary> =>
  runFiles({
    root,
    pipeline: join(root, 'pipeline'),
    inputs: [input],
    out: join(dir, out),
    shards: PARTITIONS,
    seed: null,
    now: Date.UTC(2030, 0, 1),
    tell,
    ...(kafka && { kafka }),
  });

/** Where an event stood names shards and sequence numbers: of the one log or of the other. */
const withoutPlace = (line: string): string => {
  const { shard: _, position: __, ...row } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify(row);
};

/** Rows by file, in the order of their text; those of the side doors without their place. */
const rowsIn = (out: string): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    readdirSync(join(dir, out))
      .filter((f) => f.endsWith('.ndjson'))
      .sort()
      .map((f) => {
        const text = readFileSync(join(dir, out, f), 'utf8')
          .split('\n')
          .filter(Boolean);
        return [f, (/^(late|rejected)\./.test(f) ? text.map(withoutPlace) : text).sort()];
      }),
  );

/** What befalls the run on Kafka, and what came of it. */
const disturbed = () => {
  const random = rngOf(SEED);
  const seen = { batches: 0, several: 0, zombies: 0, failed: 0, joined: 0, restarts: 0 };
  let groups: Groups | undefined;
  let restarting: Promise<void> | undefined;
  const guests: (() => Promise<void>)[] = [];
  const observe = ({ partitions, verdict, zombie }: Delivered): void => {
    seen.batches++;
    if (partitions > 1) seen.several++;
    if (zombie) seen.zombies++;
    if (verdict === 'failed') seen.failed++;
    if (seen.batches === 40)
      restarting = broker.restart().then(() => {
        seen.restarts++;
      });
    if (seen.batches % 25 !== 0 || groups === undefined) return;
    if (guests.length < 4) {
      guests.push(groups.join(random.below(groups.count)));
      seen.joined++;
    } else void guests.shift()?.();
  };
  const delay = async (): Promise<void> => {
    if (random.chance(0.03)) await new Promise((done) => setTimeout(done, 2_000));
  };
  const kafka: KafkaRun = {
    brokers: [broker.address],
    observe,
    delay,
    groups: (all) => {
      groups = all;
    },
  };
  return { kafka, seen, restarted: async () => restarting };
};

test(
  `${EVENTS} events on ${PARTITIONS} partitions give the rows of the Kinesis run`,
  async () => {
    const onKinesis = await run('kinesis');
    expect(onKinesis.faults).toEqual([]);

    const { kafka, seen, restarted } = disturbed();
    const onKafka = await run('kafka', kafka);
    await restarted();
    say(`Kinesis ${onKinesis.seconds} s, Kafka ${onKafka.seconds} s: ${JSON.stringify(seen)}`);

    const { failed: _, ...befell } = seen; // a function may wait until the broker is back
    for (const [what, n] of Object.entries(befell)) expect(n, what).toBeGreaterThan(0);
    expect(onKafka.faults).toEqual([]);
    expect(onKafka.stages).toEqual(onKinesis.stages);
    expect(onKafka.queries).toEqual(onKinesis.queries);
    const [kinesisRows, kafkaRows] = [rowsIn('kinesis'), rowsIn('kafka')];
    for (const [file, rows] of Object.entries(kinesisRows)) say(`${rows.length} rows in ${file}`);
    expect(Object.keys(kafkaRows)).toEqual(Object.keys(kinesisRows));
    for (const [file, rows] of Object.entries(kinesisRows)) expect(kafkaRows[file], file).toEqual(rows);
  },
  10 * MINUTES,
);
