// The archive of one shard from front to back: an object at a time, each record once. Objects overlap where a batch came again in other
// borders; each holds a run of the shard without a gap, so in the order of their first records nothing is missed.
import { padSeq } from '../../lanes/position.ts';
import type { Objects } from '../../ports.ts';
import { days, type EpochMs } from '../../time.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import { readArchive } from './container.ts';
import { arrivedBefore } from './since.ts';

const DAY = 10;
/** A batch is archived within the retention of its stream, which is a week at most, so its object's day is at most so much older. */
export const LONGEST_OBJECT = days(8);

const prefixOf = (run: string): string => `archive/${run}/dt=`;
const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, DAY);

/** Days with any object, in order. @param from the first one that counts */
async function* archivedDays(objects: Objects, run: string, from: string): AsyncGenerator<string> {
  const prefix = prefixOf(run);
  for (let after = `${prefix}${from}`; ; ) {
    const [first] = await objects.list(prefix, { after, limit: 1 });
    if (first === undefined) return;
    const day = first.key.slice(prefix.length, prefix.length + DAY);
    yield day;
    after = `${prefix}${day}/~`; // behind every shard id
  }
}

type Archived = { readonly key: string; readonly first: string; readonly last: string };

const archivedOn = async (objects: Objects, run: string, day: string, shard: string): Promise<readonly Archived[]> =>
  (await objects.list(`${prefixOf(run)}${day}/${shard}/`)).flatMap(({ key }) => {
    const [, first, last] = /\/(\d+)-(\d+)\.gz$/.exec(key) ?? [];
    return first === undefined || last === undefined ? [] : [{ key, first, last }];
  });

const byFirst = (a: Archived, b: Archived): number => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0);

/** Names of a shard's objects in the order of their first records. Arrivals may step back a little, so two days are merged. */
async function* objectsOf(objects: Objects, run: string, shard: string, from: string): AsyncGenerator<Archived> {
  let held: readonly Archived[] = [];
  for await (const day of archivedDays(objects, run, from)) {
    const found = await archivedOn(objects, run, day, shard);
    if (found.length === 0) continue;
    const least = found.reduce((a, b) => (byFirst(a, b) <= 0 ? a : b)).first;
    yield* held.filter((o) => o.first < least);
    held = [...held.filter((o) => o.first >= least), ...found].sort(byFirst);
  }
  yield* held;
}

/** Objects that are asked for before they are wanted. */
const AHEAD = 3;

/** Names of the objects of a shard whose days lie before a time or hold it. */
const objectsUntil = async (objects: Objects, run: string, shard: string, until: EpochMs): Promise<Archived[]> => {
  const found: Archived[] = [];
  for await (const day of archivedDays(objects, run, dayOf(until - LONGEST_OBJECT))) {
    if (day > dayOf(until)) break;
    found.push(...(await archivedOn(objects, run, day, shard)));
  }
  return found.sort(byFirst);
};

type Fetched = { readonly key: string; readonly last: string; readonly bytes: Promise<Uint8Array | undefined> };

/** Asks for the next ones while the caller is at work with one. @param done objects up to this sequence number are not asked for */
async function* fetched(objects: Objects, names: AsyncGenerator<Archived>, done: string): AsyncGenerator<Fetched> {
  const held: Fetched[] = [];
  let reached = done;
  for await (const { key, last } of names) {
    if (last <= reached) continue;
    reached = last;
    const bytes = objects.get(key);
    bytes.catch(() => undefined); // whoever takes it hears of it
    held.push({ key, last, bytes });
    if (held.length > AHEAD) yield held.shift() as Fetched;
  }
  yield* held;
}

export type ReadShardOptions = {
  /** The last sequence number that is done, as the service gave it or padded. */
  readonly after?: string | undefined;
  /** A time before which no wanted record arrived: of the objects that lie before it a few are read, to find where it begins. */
  readonly since?: EpochMs | undefined;
};

/**
 * Records of a shard in its order, those of an object at a time; a few objects are in memory.
 * @throws Error naming the object whose bytes are no archive
 */
export async function* archivedAfter(
  objects: Objects,
  run: string,
  shard: string,
  { after, since }: ReadShardOptions = {},
): AsyncGenerator<readonly StreamRecord[]> {
  const from = since === undefined ? '' : dayOf(since - LONGEST_OBJECT);
  let done =
    after !== undefined
      ? padSeq(after)
      : since === undefined
        ? ''
        : await arrivedBefore(objects, await objectsUntil(objects, run, shard, since), since);
  for await (const { key, last, bytes: asked } of fetched(objects, objectsOf(objects, run, shard, from), done)) {
    const bytes = await asked;
    if (bytes === undefined) throw new Error(`${objects.name}/${key} is gone while it is read`);
    let records: readonly StreamRecord[];
    try {
      records = readArchive(bytes).records;
    } catch (error) {
      throw new Error(`${objects.name}/${key}: ${(error as Error).message}`, { cause: error });
    }
    const fresh = records.filter((r) => padSeq(r.seq) > done);
    done = last;
    if (fresh.length > 0) yield fresh;
  }
}
