import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { kafkaSample } from '../../local/kafka/sample.ts';
import { startHere } from '../../local/run/here.ts';
import { loadPipeline } from '../../local/run/load-pipeline.ts';
import { functionPool } from '../../local/sandbox/pool.ts';
import { unpackInner } from '../../shared/lanes/block.ts';

const root = resolve(import.meta.dirname, '../..');
const sample = (name: string): unknown => JSON.parse(readFileSync(join(root, `events/${name}.json`), 'utf8'));

test('validate takes the sample of a Kafka mapping: aggregates, single events, a tick and a tombstone of two partitions', async () => {
  const event = sample('validate-kafka');
  const kafka = kafkaSample(event, root);
  const { path } = await loadPipeline(join(root, 'pipeline'), root);
  const here = await startHere({ root, keepAll: true, ...kafka?.services });
  try {
    const fn = here.template.functions.find((f) => f.name === 'validate');
    if (fn === undefined) throw new Error('there is no validate');
    const log = () => undefined;
    const pool = functionPool(fn, { root, pipeline: path, aws: here.aws, log, ...kafka?.sandbox });
    expect(await pool.invoke(event)).toEqual({ kind: 'returned', value: { batchItemFailures: [] } });
    const validated = here.stream('ValidatedStream');
    const events = validated.shards().flatMap(({ id }) =>
      validated.read(id, null).records.flatMap((r) => {
        const unpacked = unpackInner(r.data);
        return unpacked.ok ? unpacked.items.filter((i) => i.kind === 'event') : [];
      }),
    );
    const places = events.map((e) => `${e.lane.split('/')[0]} ${Number(e.seq)}.${e.index}`).toSorted();
    expect(new Set(places).size).toBe(10);
    expect(places.filter((p) => p.startsWith('partition-000003'))).toEqual(['partition-000003 41.0']);
    expect(places).toContain('partition-000000 0.0'); // offset 0, the first of the aggregate
    expect(places).toContain('partition-000000 1.0');
  } finally {
    await here.close();
  }
});

test('an event of another mapping is none', () => {
  expect([sample('validate'), sample('ingest'), null, 3].map((e) => kafkaSample(e, root))).toEqual(
    Array(4).fill(undefined),
  );
});
