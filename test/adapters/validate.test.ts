// Adapters inside validate: positions, doors, claims.
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../shared/event/cloud-event.ts';
import { unpackInner } from '../../shared/lanes/block.ts';
import { hours } from '../../shared/time.ts';
import { at, deliver, type Given, given } from '../path/directed/given.ts';
import { source, with_ } from './given.ts';
import { LOGS } from './samples.ts';

const SQL = `CREATE TABLE tens (s TIMESTAMP(3), n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY window_start, window_end;`;
const LINES = source('agent', { format: 'json', types: ['click.v1'], name: 'lines' });

const line = (n: number): string =>
  JSON.stringify({
    specversion: '1.0',
    id: `e${n}`,
    source: '/s',
    type: 'click.v1',
    time: new Date(at('00:01')).toISOString(),
    data: { k: 'k', n, t: new Date(at('00:01')).toISOString() },
  });
const comes = (g: Given, value: Json | string): void =>
  void g.raw.put(
    { partitionKey: 'k', data: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) },
    at('00:02'),
  );
const passed = (g: Given): readonly string[] =>
  g.validated.shards().flatMap(({ id }) =>
    g.validated.read(id, null).records.flatMap((r) => {
      const unpacked = unpackInner(r.data);
      const items = unpacked.ok ? unpacked.items : [];
      return items.flatMap((i) =>
        i.kind === 'event' ? [`${i.index} ${(JSON.parse(Buffer.from(i.bytes).toString()) as JsonObject).id}`] : [],
      );
    }),
  );

test('each event of a record has a place of its own, the same at every delivery; a broken one leaves alone', async () => {
  const g = given(SQL);
  comes(g, `${line(1)}\n{"broken"\n${line(3)}\n`);
  await deliver(g.head([LINES]), g.raw);
  const once = passed(g);
  expect(once).toEqual(['0 e1', '2 e3']);
  await deliver(g.head([LINES]), g.raw);
  expect(passed(g)).toEqual([...once, ...once]);
  const rejected = (await g.lines('rejected')) as readonly JsonObject[];
  expect(new Set(rejected.map((r) => `${r.rule} ${r.payload} ${String(r.position).slice(57, 62)}`))).toEqual(
    new Set(['event.not-an-event {"broken" 00001']),
  );
});

test('control records are no events, and an id that comes again in one record is a duplicate', async () => {
  const g = given(SQL);
  comes(g, with_(LOGS, 'CONTROL_MESSAGE', ['messageType']));
  comes(g, `${line(1)}\n${line(1)}\n`);
  await deliver(g.head([source('cloudwatch-logs'), { ...LINES, deduplicate: hours(1) }]), g.raw);
  expect(passed(g)).toEqual(['0 e1']);
  const doors = ((await g.lines('rejected')) as readonly JsonObject[]).map((r) => r.door);
  expect(doors).toEqual(['duplicate']);
});
