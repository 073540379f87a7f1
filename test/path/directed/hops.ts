// Head and transform: copies that the KPL makes, and the rows of one event.
import { encodeAggregate } from '../../../shared/event/kpl.ts';
import { unpackInner } from '../../../shared/lanes/block.ts';
import { hashKeyOf } from '../../../shared/lanes/ring.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { compileSql } from '../../../shared/query/compile.ts';
import { transform } from '../../../shared/steps/transform.ts';
import {
  at,
  CLICKS,
  click,
  deliver,
  differs,
  each,
  type Given,
  given,
  type Problems,
  put,
  rowsOn,
  type Schedule,
  SHARD,
} from './given.ts';

const COUNT = `CREATE TABLE tens (k STRING, n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND))
GROUP BY k, window_start, window_end;`;

const bytesOf = (id: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id,
      source: '/web',
      type: 'click.v1',
      time: new Date(at('00:01')).toISOString(),
      data: { k: 'k', n: 1, t: new Date(at('00:01')).toISOString() },
    }),
  );
const passed = (g: Given): readonly string[] =>
  g.validated
    .shards()
    .flatMap(({ id }) => g.validated.read(id, null).records)
    .flatMap((r) => {
      const unpacked = unpackInner(r.data);
      return unpacked.ok ? unpacked.items : [];
    })
    .flatMap((i) => (i.kind === 'event' ? [JSON.parse(Buffer.from(i.bytes).toString()).id as string] : []))
    .sort();

/** A key of the lower half of the ring, and one of the upper. */
const keyIn = (upper: boolean): string => {
  for (let n = 0; ; n++) if (hashKeyOf(`key${n}`) >= 2n ** 127n === upper) return `key${n}`;
};

/**
 * An aggregate for a shard that was just split lands in its lower half. The KPL sends what belongs to the upper half again; another
 * producer put both keys there on purpose and sends nothing again.
 */
const foreign = async (producer: 'kpl' | 'any', wanted: readonly string[]): Promise<Problems> => {
  const g = given(COUNT);
  const [low, high] = [
    { partitionKey: keyIn(false), data: bytesOf('low') },
    { partitionKey: keyIn(true), data: bytesOf('high') },
  ];
  g.raw.updateShardCount(2);
  g.raw.put({ partitionKey: 'a', hashKey: '0', data: encodeAggregate([low, high]) }, at('00:01'));
  if (producer === 'kpl') g.raw.put(high, at('00:02'));
  const source = { name: 'web', adapter: 'http', types: ['click.v1'], transport: 5_000, ticks: true } as const;
  const step = g.head([{ ...source, deduplicate: null, producer }]);
  for (const { id, closed } of g.raw.shards()) if (!closed) await deliver(step, g.raw, { shard: id });
  return differs(`passed from ${producer}`, passed(g), wanted);
};
const resends: Schedule = () =>
  each(
    () => foreign('kpl', ['high', 'low']),
    () => foreign('any', ['high', 'low']),
  );

const TOPIC = (
  name: string,
) => `CREATE TABLE ${name} (k STRING, n BIGINT, t TIMESTAMP(3)) WITH ('connector' = 'kinesis');
INSERT INTO ${name} SELECT k, n, t FROM clicks;\n`;
const A = `${SHARD}/0`;

const withTopics = (...names: readonly string[]) => {
  const files = names.map((name) => ({ path: `queries/${name}.sql`, text: TOPIC(name) }));
  return compileSql([{ path: 'tables.sql', text: CLICKS }, ...files], { types: ['click.v1'] }).plan;
};
const transformed = (g: Given, plan: Given['plan']) =>
  transform({ ...g.common((port) => port), plan, from: memoryStream(g.enriched), to: memoryStream(g.refined) });

/** How often a reader of the stream, which drops what is at or below its lane's mark, takes each row. */
const taken = (g: Given): readonly string[] => {
  const marks = new Map<string, string>();
  const out: string[] = [];
  for (const { id } of g.refined.shards())
    for (const r of g.refined.read(id, null).records) {
      const unpacked = unpackInner(r.data);
      for (const i of unpacked.ok ? unpacked.items : []) {
        if (i.kind !== 'event') continue;
        const place = `${i.seq}.${String(i.index).padStart(9, '0')}.${String(i.child).padStart(12, '0')}`;
        if (place <= (marks.get(i.lane) ?? '')) continue;
        marks.set(i.lane, place);
        out.push(JSON.parse(Buffer.from(i.bytes).toString()).type as string);
      }
    }
  return out.sort();
};

/** An event goes to several queries; a deploy adds or removes one, and the batch comes again. */
const afterDeploy = async (before: readonly string[], after: readonly string[]): Promise<Problems> => {
  const g = given(TOPIC('b'));
  await put(g.enriched, click(A, 1, '00:01'));
  await deliver(transformed(g, withTopics(...before)), g.enriched);
  const first = taken(g);
  await deliver(transformed(g, withTopics(...after)), g.enriched);
  const stayed = after.filter((name) => before.includes(name));
  return [
    ...differs(`rows of ${before}`, first, [...before].sort()),
    ...stayed.flatMap((name) =>
      differs(`rows of ${name} after ${after}`, taken(g).filter((t) => t === name).length, 1),
    ),
  ];
};
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const children: Schedule = () =>
  each(
    () => afterDeploy(['b'], ['a', 'b']),
    () => afterDeploy(['a', 'b', 'c'], ['b', 'c']),
    () => afterDeploy(NAMES, NAMES),
    async () => {
      const g = given(TOPIC('b'));
      await put(g.enriched, click(A, 1, '00:01'));
      const step = transformed(g, withTopics(...NAMES));
      await deliver(step, g.enriched);
      await deliver(step, g.enriched);
      return differs('rows on the stream', rowsOn(g.refined).length, NAMES.length);
    },
  );

export const hopSchedules = {
  'what the KPL sends again counts once, what others put under one key counts': resends,
  'an event’s rows keep their places when a deploy adds or removes a query': children,
} satisfies Readonly<Record<string, Schedule>>;
