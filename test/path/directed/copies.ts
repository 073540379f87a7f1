// Copies of a stream: the archive of raw, and single records for consumers outside.
import { encodeAggregate } from '../../../shared/event/kpl.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryObjects } from '../../../shared/memory/objects.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { OutRecord, PutOutcome, Stream } from '../../../shared/ports.ts';
import { archive, archivedRecords, readArchive } from '../../../shared/steps/archive.ts';
import { deaggregate } from '../../../shared/steps/deaggregate.ts';
import {
  asItIs,
  deliver,
  differs,
  each,
  failing,
  noWait,
  RUN,
  type Schedule,
  SHARD,
  stoppingAt,
  stores,
  type Wrap,
} from './given.ts';

const text = (s: string): Uint8Array => Buffer.from(s);

const archived = () => {
  const raw = new MemoryLog('raw');
  for (let n = 1; n <= 4; n++) raw.put({ partitionKey: `k${n}`, data: text(`event ${n}`) });
  const objects = memoryObjects('data');
  return {
    raw,
    step: (wrap: Wrap = asItIs) => archive({ raw: memoryStream(raw), objects: wrap(objects), run: RUN }),
    kept: async (): Promise<readonly string[]> => {
      const batches = [];
      for (const { key } of await objects.list(`archive/${RUN}/dt=`)) {
        const bytes = await objects.get(key);
        if (bytes !== undefined) batches.push(readArchive(bytes));
      }
      const records = archivedRecords(batches).get(SHARD) ?? [];
      return records.map((r) => `${r.partitionKey} ${Buffer.from(r.data)}`);
    },
  };
};
const ALL = [1, 2, 3, 4].map((n) => `k${n} event ${n}`);

/** A store that fails, batches in other borders, one that lands when a longer one is stored. */
const archiveOnce: Schedule = () =>
  each(
    async () => {
      const { raw, step, kept } = archived();
      const failed = await deliver(step(failing(stores(`archive/${RUN}/dt=`), { times: 1 })), raw).catch(() => ({
        done: 0,
      }));
      await deliver(step(), raw, { from: failed.done });
      return differs('kept after a failure', await kept(), ALL);
    },
    async () => {
      const { raw, step, kept } = archived();
      for (const [from, to] of [
        [2, 4],
        [0, 3],
        [1, 2],
      ] as const)
        await deliver(step(), raw, { from, to });
      return differs('kept of batches that overlap', await kept(), ALL);
    },
    async () => {
      const { raw, step, kept } = archived();
      const stop = stoppingAt(stores(`archive/${RUN}/dt=`));
      const late = deliver(step(stop.wrap), raw, { to: 1 });
      await stop.reached;
      await deliver(step(), raw);
      stop.go();
      await late;
      return differs('kept when a shorter batch lands last', await kept(), ALL);
    },
  );

/** What one put answers: real, refused for the records that are picked. */
type Put = (records: readonly OutRecord[], real: Stream['put']) => Promise<readonly PutOutcome[]>;
const REFUSED: PutOutcome = { ok: false, code: 'ProvisionedThroughputExceededException', message: 'Rate exceeded' };
const refusing =
  (picks: (r: OutRecord) => boolean): Put =>
  async (records, real) => {
    const taken = records.filter((r) => !picks(r));
    const done = taken.length === 0 ? [] : await real(taken);
    let next = 0;
    return records.map((r) => (picks(r) ? REFUSED : (done[next++] as PutOutcome)));
  };

const asSingles = (records: readonly (readonly [key: string, data: string, hashKey?: string])[]): Uint8Array =>
  encodeAggregate(
    records.map(([partitionKey, data, explicitHashKey]) => ({
      partitionKey,
      data: text(data),
      ...(explicitHashKey && { explicitHashKey }),
    })),
  );

const single = () => {
  const from = new MemoryLog('enriched');
  const log = new MemoryLog('single', { shards: 2 });
  const stream = memoryStream(log);
  const puts: Put[] = [];
  const to: Stream = {
    ...stream,
    put: (records) => (puts.shift() ?? ((all, real) => real(all)))(records, (all) => stream.put(all)),
  };
  return {
    from,
    puts,
    step: deaggregate({ to, patience: noWait }),
    /** By key, what came first of each: copies of a redelivery stand behind it. */
    firsts: (key: string): readonly string[] => {
      const all = log
        .shards()
        .flatMap(({ id }) => log.read(id, null).records)
        .filter((r) => r.partitionKey === key)
        .map((r) => Buffer.from(r.data).toString());
      return [...new Set(all)];
    },
    shardOf: (data: string): string | undefined =>
      log.shards().find(({ id }) => log.read(id, null).records.some((r) => Buffer.from(r.data).toString() === data))
        ?.id,
    count: () => log.size,
  };
};

/** One key is refused until patience is over; the batch is done only before it, and its redelivery completes it in order. */
const prefix: Schedule = async () => {
  const s = single();
  s.from.put({
    partitionKey: 'a',
    data: asSingles([
      ['slow', '1'],
      ['quick', '1'],
      ['slow', '2'],
    ]),
  });
  s.from.put({
    partitionKey: 'a',
    data: asSingles([
      ['quick', '2'],
      ['slow', '3'],
    ]),
  });
  const slow = refusing((r) => r.partitionKey === 'slow');
  s.puts.push(slow, slow, slow, slow, slow);
  const first = await deliver(s.step, s.from);
  const second = await deliver(s.step, s.from, { from: first.done });
  return [
    ...differs('done at first', first.done, 0),
    ...differs('done then', second.done, 2),
    ...differs('slow', s.firsts('slow'), ['1', '2', '3']),
    ...differs('quick', s.firsts('quick'), ['1', '2']),
  ];
};

/** What a sandbox remembers of a record that it sent in part is of no use for another record. */
const rewound: Schedule = async () => {
  const s = single();
  s.from.put({
    partitionKey: 'a',
    data: asSingles([
      ['k', '1'],
      ['k', '2'],
    ]),
  });
  s.from.put({
    partitionKey: 'a',
    data: asSingles([
      ['k', '3'],
      ['k', '4'],
    ]),
  });
  const refuse = refusing(() => true);
  // Record 1 goes half, then patience is over; the mapping begins again at the oldest record.
  s.puts.push(
    (all, real) => real(all),
    (all, real) => real(all),
    (all, real) => real(all),
    refuse,
    refuse,
    refuse,
  );
  const first = await deliver(s.step, s.from);
  const before = s.count();
  await deliver(s.step, s.from);
  return [
    ...differs('done at first', first.done, 1),
    ...differs('sent by the second delivery', s.count() - before, 4),
    ...differs('k', s.firsts('k'), ['1', '2', '3', '4']),
  ];
};

/** Keys and places are the writer's; marks and stamps are nobody's outside. */
const asWritten: Schedule = async () => {
  const s = single();
  const top = (2n ** 128n - 1n).toString();
  s.from.put({
    partitionKey: 'a',
    data: asSingles([
      ['k', 'low', '0'],
      ['k', 'high', top],
      ['-', '{"millrace":"mark"}'],
    ]),
  });
  await deliver(s.step, s.from);
  return [
    ...differs('k', [...s.firsts('k')].sort(), ['high', 'low']),
    ...differs('two places', s.shardOf('low') === s.shardOf('high'), false),
    ...differs('control records', s.firsts('-'), []),
  ];
};

export const copySchedules = {
  'every record of raw is archived, whatever batches it came in': archiveOnce,
  'single records keep the order of their key, and no record is done before all of it is sent': prefix,
  'a delivery from another record sends all of it again': rewound,
  'single records are as their writer made them': asWritten,
} satisfies Readonly<Record<string, Schedule>>;
