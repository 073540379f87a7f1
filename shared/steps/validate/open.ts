// Raw records to the events in them, with their verdicts and second copies: some records at a time, since checksums made together
// and ids claimed together cost a fraction of what they cost one after the other.
import { type Adopted, adaptBy } from '../../adapters/adapt.ts';
import { wholeAmong } from '../../event/kpl-sum.ts';
import { positionIdOf } from '../../event/position-id.ts';
import { type UserRecord, unpackRecord } from '../../event/unpack.ts';
import type { Frames } from '../../framings/frames.ts';
import type { Source } from '../../pipeline.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import type { Judge, Verdict } from '../judge.ts';
import { readEnvelope } from '../resubmit.ts';
import type { Refusal } from './aside.ts';
import type { SecondCopies } from './second-copies.ts';
import type { Seen } from './seen.ts';

/** Records whose ids are claimed together: a claim takes milliseconds, which one after the other would be the pace of a shard. */
const CLAIMED_TOGETHER = 64;

/** What stands in a record of a shard, and whether it may be taken as a whole. */
export type Opened =
  | { readonly kind: 'tick' }
  | { readonly kind: 'refused'; readonly why: Refusal }
  | { readonly kind: 'again'; readonly key: string; readonly payload: Uint8Array }
  | { readonly kind: 'events'; readonly seen: readonly Seen[] };

/** An opened record, and which of its events (among others) came before. */
export type Taken = { readonly what: Opened; readonly copies: ReadonlySet<Seen> };

type Deps = { readonly sources: readonly Source[]; readonly frames?: Frames; readonly judge: Judge };

/** @returns for the records of a batch, to be asked for in their order */
export const opening = (deps: Deps, secondCopies: SecondCopies) => {
  const adapt = adaptBy(deps.sources);

  const open = async (shard: string, record: StreamRecord, whole: boolean): Promise<Opened> => {
    if (record.data.length === 0) return { kind: 'tick' };
    const unpacked = unpackRecord(record.data, record.partitionKey, whole);
    if (!unpacked.ok) return { kind: 'refused', why: unpacked };
    const again = readEnvelope(unpacked.records);
    if (again !== undefined) return { kind: 'again', ...again };
    const judge = (user: UserRecord): Verdict =>
      deps.judge(user.bytes, record.arrival, () => positionIdOf(shard, record.seq, user.index));
    const adopted = adapt?.(unpacked.records, record.arrival, await deps.frames?.(unpacked.records));
    if (adopted?.ok === false) return { kind: 'refused', why: adopted };
    const seen: readonly Seen[] =
      adopted === undefined
        ? unpacked.records.map((user) => ({ user, verdict: judge(user) }))
        : adopted.events.map(({ user, from, refused }: Adopted) => {
            const verdict = refused ?? judge(user);
            return from === undefined ? { user, verdict } : { user, verdict, from };
          });
    return { kind: 'events', seen };
  };

  return (shard: string, records: readonly StreamRecord[]): ((record: StreamRecord) => Promise<Taken>) => {
    let from = 0;
    let opened = new Map<StreamRecord, Opened>();
    let copies: ReadonlySet<Seen> = new Set();
    return async (record) => {
      if (!opened.has(record)) {
        const at = records.indexOf(record, from);
        const some = records.slice(at, at + CLAIMED_TOGETHER);
        const whole = wholeAmong(some.map((r) => r.data));
        const next = new Map<StreamRecord, Opened>();
        for (const r of some) next.set(r, await open(shard, r, whole.has(r.data)));
        const standing = [...next].flatMap(([{ seq, arrival }, o]) =>
          o.kind === 'events' ? [{ shard, seq, arrival, seen: o.seen }] : [],
        );
        copies = await secondCopies(standing);
        [opened, from] = [next, at];
      }
      return { what: opened.get(record) as Opened, copies };
    };
  };
};
