// HTTP -> raw: what the producer is told, and what stands on the stream.
import { unpackRecord } from '../../../shared/event/unpack.ts';
import { Fault } from '../../../shared/faults.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import type { OutRecord, PutOutcome, Stream } from '../../../shared/ports.ts';
import type { EventAnswer } from '../../../shared/steps/ingest/answer.ts';
import { createApp } from '../../../shared/steps/ingest/app.ts';
import type { Patience } from '../../../shared/steps/ingest/patience.ts';
import { at, differs, each, type Problems, type Schedule } from './given.ts';

const TYPES = { 'click.v1': { type: 'click.v1', check: () => null, time: null, id: null, key: ['k'] } };
/** So many tries in a row without success, and no time passes. */
const tries =
  (n: number): Patience =>
  () => ({ left: () => Number.POSITIVE_INFINITY, again: async (failures) => failures < n });

type Standing = { readonly place: string; readonly n: number };
/** Every event on the stream: where it stands, and which one it is. */
const standing = (raw: MemoryLog): readonly Standing[] =>
  raw.shards().flatMap(({ id }) =>
    raw.read(id, null).records.flatMap((r) => {
      const unpacked = unpackRecord(r.data, r.partitionKey);
      if (!unpacked.ok) throw new Error(unpacked.cause);
      return unpacked.records.map(({ index, bytes }) => ({
        place: `${id}:${r.seq}:${index}`,
        n: JSON.parse(Buffer.from(bytes).toString()).data.n as number,
      }));
    }),
  );

const KEYS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'];

/** Plain events without ids are posted to a stream whose puts go as `put` says. */
const post = async (
  raw: MemoryLog,
  put: (records: readonly OutRecord[], real: Stream['put']) => Promise<readonly PutOutcome[]>,
  patience = tries(5),
): Promise<readonly EventAnswer[]> => {
  const stream = memoryStream(raw);
  const real = (records: readonly OutRecord[]) => stream.put(records);
  const app = createApp({
    raw: { ...stream, put: (records) => put(records, real) },
    clock: { now: () => at('00:00') },
    types: TYPES,
    patience,
  });
  const body = KEYS.map((k, n) => ({ k, n }));
  const answer = await app.request('/events/click.v1', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { events: readonly EventAnswer[] }).events;
};

/** Each accepted id names the place where that event stands; each event stands once. */
const idsHold = (raw: MemoryLog, told: readonly EventAnswer[]): Problems => {
  const all = standing(raw);
  const places = new Map(all.map((s) => [s.place, s.n]));
  const wrong = told.flatMap((t, n) =>
    t.status === 'accepted' && places.get(t.id) !== n
      ? [`event ${n} is told ${t.id}, where ${places.get(t.id)} is`]
      : [],
  );
  return [
    ...wrong,
    ...differs(
      'events on the stream',
      all.map((s) => s.n).sort(),
      KEYS.map((_, n) => n),
    ),
    ...differs('accepted', told.filter((t) => t.status === 'accepted').length, KEYS.length),
  ];
};

const REFUSED: PutOutcome = { ok: false, code: 'ProvisionedThroughputExceededException', message: 'Rate exceeded' };

/** Four shards, one aggregate for each; then a reshard that the function has not heard of. */
const ids: Schedule = () =>
  each(
    async () => {
      const raw = new MemoryLog('raw', { shards: 2 });
      return idsHold(raw, await post(raw, (records, real) => real(records)));
    },
    async () => {
      const raw = new MemoryLog('raw', { shards: 2 });
      let put = 0;
      const told = await post(raw, (records, real) => {
        if (put++ === 0) raw.updateShardCount(1);
        return real(records);
      });
      return idsHold(raw, told);
    },
  );

/** The first put takes its last entry only; the second takes all. */
const failedOnly: Schedule = async () => {
  const raw = new MemoryLog('raw', { shards: 4 });
  let put = 0;
  const told = await post(raw, async (records, real) => {
    if (put++ > 0) return real(records);
    const [last] = await real(records.slice(-1));
    return records.map((_, i) => (i === records.length - 1 ? (last as PutOutcome) : REFUSED));
  });
  return idsHold(raw, told);
};

/** The put happened, its answer was lost, and what comes after is refused: nobody may say that nothing is stored. */
const unknown: Schedule = async () => {
  const raw = new MemoryLog('raw');
  let put = 0;
  const told = await post(
    raw,
    async (records, real) => {
      if (put++ > 0) return records.map(() => REFUSED);
      await real(records);
      throw new Fault('stream.unavailable', 'no answer');
    },
    tries(3),
  );
  return differs('told', [...new Set(told.map((t) => t.status))], ['unknown']);
};

/** Nothing was taken in all the time there is. */
const notTaken: Schedule = async () => {
  const raw = new MemoryLog('raw');
  const told = await post(raw, async (records) => records.map(() => REFUSED), tries(3));
  return [
    ...differs('told', [...new Set(told.map((t) => t.status))], ['not-stored']),
    ...differs('events on the stream', standing(raw), []),
  ];
};

export const ingestSchedules = {
  'an accepted event stands where its id says, once': ids,
  'of a put that was taken in part the rest alone is sent again': failedOnly,
  'an event whose put may have happened is told as unknown': unknown,
  'an event that was not taken is told so': notTaken,
} satisfies Readonly<Record<string, Schedule>>;
