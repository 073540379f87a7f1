// Shards that are added to `raw` within a run, placed by hand.
import { unpackInner } from '../../../shared/lanes/block.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { judgeOf, longestDelay } from '../../../shared/steps/judge.ts';
import { validate } from '../../../shared/steps/validate.ts';
import { seconds } from '../../../shared/time.ts';
import { asItIs, at, CLICK, deliver, differs, type Given, given, type Schedule } from './given.ts';
import { backIn, on } from './restore.ts';

const SQL = `CREATE TABLE tens (n BIGINT) WITH ('connector' = 'kinesis');
INSERT INTO tens SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(t), INTERVAL '10' SECOND)) GROUP BY window_start, window_end;`;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const growing = () => {
  const g = given(SQL);
  const raw = new MemoryLog('raw', { clock: g.clock, shards: 1, grows: true });
  const [first] = raw.shards();
  const send = (id: string, k: string, time: string): { readonly shard: string } => {
    const t = new Date(at(time)).toISOString();
    const event = { specversion: '1.0', id, source: '/web', type: 'click.v1', time: t, data: { k, n: 1, t } };
    return raw.put({ partitionKey: k, data: Buffer.from(JSON.stringify(event)) }, at(time));
  };
  const head = (h: Given) =>
    validate({
      ...h.common(asItIs),
      raw: memoryStream(raw),
      validated: memoryStream(h.validated),
      delay: longestDelay(h.plan.tables),
      sources: [],
      judge: judgeOf({ plan: h.plan, types: { 'click.v1': CLICK } }),
    });
  return { g, raw, first: first?.id ?? '', send, head };
};

/** Event -> the lanes that it stands in. */
const lanesOf = (g: Given): ReadonlyMap<string, ReadonlySet<string>> => {
  const out = new Map<string, Set<string>>();
  for (const { id: shard } of g.validated.shards())
    for (const { data } of g.validated.read(shard, null).records) {
      const unpacked = unpackInner(data);
      for (const item of unpacked.ok ? unpacked.items : [])
        if (item.kind === 'event') {
          const { id } = JSON.parse(Buffer.from(item.bytes).toString()) as { id: string };
          out.set(id, (out.get(id) ?? new Set()).add(item.lane));
        }
    }
  return out;
};

/** The table is brought back to the time before the first function ran, when another shard has come. */
const cutAnew: Schedule = async () => {
  const { g, raw, first, send, head } = growing();
  const instant = g.table.items();
  for (const k of KEYS) send(k, k, '00:01');
  await deliver(head(g), raw, { shard: first });
  raw.grow();
  await deliver(head(on(g, await backIn(g, instant))), raw, { shard: first });
  const moved = [...lanesOf(g)].flatMap(([id, lanes]) => (lanes.size === 1 ? [] : [id]));
  return differs('events in two lanes', moved, []);
};

/** A shard that came into a run is read before the first one told of it. */
const notAnnounced: Schedule = async () => {
  const { g, raw, first, send, head } = growing();
  send('a', 'a', '00:01');
  await deliver(head(g), raw, { shard: first });
  const { id: added } = raw.grow();
  g.clock.advance(seconds(2));
  const later = KEYS.filter((k) => send(`later ${k}`, k, '00:02').shard === added);
  const answer = await deliver(head(g), raw, { shard: added }).catch((error: { code?: string }) => error.code);
  return [
    ...differs('events of the added shard', later.length > 0, true),
    ...differs('answer', answer, 'order.not-announced'),
    ...differs('events that passed', [...lanesOf(g).keys()], ['a']),
  ];
};

export const growthSchedules = {
  'the raw shards of the beginning keep their key groups through a restore': cutAnew,
  'a raw shard that is added waits for those of the beginning': notAnnounced,
} satisfies Readonly<Record<string, Schedule>>;
