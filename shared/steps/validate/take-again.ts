// An event that an operator put right and sent again (protocol, section 14).
import { positionIdOf } from '../../event/position-id.ts';
import type { UserRecord } from '../../event/unpack.ts';
import { type Lane, padSeq, position } from '../../lanes/position.ts';
import type { Table } from '../../ports.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import type { Judge } from '../judge.ts';
import type { Repairs } from '../replay/repairs.ts';
import { authorised, claimAgain, placeOf } from '../resubmit.ts';
import { NEW_CLOCK, type ShardClock } from '../shard-clock.ts';
import { aside, type Door, type Refusal } from './aside.ts';
import type { Desk } from './desk.ts';
import { groupsOf } from './place.ts';
import type { SecondCopies } from './second-copies.ts';
import { named } from './seen.ts';

type Deps = {
  readonly table: Table;
  readonly run: string;
  readonly groups: number;
  readonly judge: Judge;
  readonly repairs?: Repairs;
};

/**
 * Judges it as at its first place. It moves no clock: it is no news.
 * @returns a function of the record that it came in with the clock before, and the key of what was rejected
 */
export const takingAgain =
  (deps: Deps, secondCopies: SecondCopies) =>
  async (desk: Desk, at: ShardClock, record: StreamRecord, key: string, payload: Uint8Array): Promise<void> => {
    const { table, run } = deps;
    const { shard, owned, lanes, outbox, lines, tally } = desk;
    const again = await authorised(table, run, key, payload);
    const leaves = (door: Door, why: Refusal) => {
      lines.push(aside(door, shard.id, record, 0, payload, why, again && { of: key, ...placeOf(again) }));
      tally.add(1, 0, door === 'rejected' ? 1 : 0);
      if (door === 'duplicate') tally.duplicate++;
    };
    if (again === undefined)
      return leaves('rejected', { rule: 'event.not-an-event', cause: 'nobody sent this event again' });
    const user: UserRecord = { index: 0, partitionKey: record.partitionKey, bytes: payload };
    const seq = again.seq.replace(/^0+(?=.)/, '');
    const verdict = deps.judge(payload, again.arrival, () => positionIdOf(again.shard, seq, again.index));
    const first = { shard: again.shard, seq: again.seq, arrival: again.arrival };
    const copies = await secondCopies([{ ...first, seen: [{ user: { ...user, index: again.index }, verdict }] }]);
    if (copies.size > 0)
      return leaves('duplicate', { rule: 'event.duplicate', cause: `id ${named(verdict).id} came before` });
    if (verdict.kind === 'reject') return leaves('rejected', verdict);
    if ((await deps.repairs?.mayCount(key)) === false)
      return leaves('duplicate', { rule: 'event.duplicate', cause: 'the event itself passed, in its own place' });
    // After the verdict: what is rejected once more may be put right once more.
    if (!(await claimAgain(table, run, key, `${shard.id}/${position(record.seq, 0)}`)))
      return leaves('duplicate', { rule: 'event.duplicate', cause: 'another copy that was sent again came before' });
    const [group] = groupsOf([user], deps.groups, owned) as [number];
    tally.add(1, 0, 0);
    outbox.add(group, {
      kind: 'event',
      lane: lanes.get(group) as Lane,
      seq: padSeq(record.seq),
      index: 0,
      child: 0,
      arrival: record.arrival,
      ...(at.clock === NEW_CLOCK.clock ? {} : { clock: at.clock }),
      again,
      key: user.partitionKey,
      bytes: verdict.bytes,
    });
  };
