// One raw record after another: its events to their key groups or to a side door, and the shard's clock with them (protocol, 5.2).
import type { Frames } from '../../framings/frames.ts';
import { type Lane, padSeq, position } from '../../lanes/position.ts';
import type { Source } from '../../pipeline.ts';
import type { Clock, Table } from '../../ports.ts';
import type { Ms } from '../../time.ts';
import type { StreamRecord } from '../../trigger/batch.ts';
import type { Judge } from '../judge.ts';
import { keyAt, type Repairs } from '../replay/repairs.ts';
import { NEW_CLOCK, onEvent, onRecord, onTick, type ShardClock } from '../shard-clock.ts';
import { aside } from './aside.ts';
import type { Desk } from './desk.ts';
import { opening } from './open.ts';
import { groupsOf, resends } from './place.ts';
import { secondCopiesBy } from './second-copies.ts';
import { named, type Seen } from './seen.ts';
import { takingAgain } from './take-again.ts';

export type TakeDeps = {
  readonly table: Table;
  readonly clock: Clock;
  readonly run: string;
  readonly groups: number;
  readonly delay: Ms;
  readonly sources: readonly Source[];
  readonly frames?: Frames;
  readonly judge: Judge;
  readonly repairs?: Repairs;
};

/**
 * @param from the shard's clock before the batch
 * @returns `take` for its records, in their order, and the clock behind the last one taken
 */
export const taking = (deps: TakeDeps) => {
  const { groups, repairs } = deps;
  const transport = Math.max(0, ...deps.sources.map((s) => s.transport));
  const ticks = deps.sources.every((s) => s.ticks);
  const secondCopies = secondCopiesBy(deps);
  const opener = opening(deps, secondCopies);
  const takeAgain = takingAgain(deps, secondCopies);
  const isResend = resends(deps.sources);

  return (desk: Desk, records: readonly StreamRecord[], from: ShardClock) => {
    const { shard, owned, lanes, outbox, lines, tally } = desk;
    const opened = opener(shard.id, records);
    const placeOf = ({ seq }: StreamRecord, { index }: { readonly index: number }): string =>
      keyAt(shard.id, position(seq, index));
    let at = from;

    const take = async (record: StreamRecord): Promise<void> => {
      at = onRecord(at, record.arrival);
      const { what, copies } = await opened(record);
      if (what.kind === 'tick') {
        if (ticks) at = onTick(at, record.arrival, transport);
        return;
      }
      if (what.kind === 'refused') {
        await repairs?.refused(placeOf(record, { index: 0 }));
        lines.push(aside('rejected', shard.id, record, 0, record.data, what.why));
        tally.add(1, 0, 1);
        return;
      }
      if (what.kind === 'again') return takeAgain(desk, at, record, what.key, what.payload);
      const seq = padSeq(record.seq);
      const stood = at.clock === NEW_CLOCK.clock ? {} : { clock: at.clock };
      const { seen } = what;
      const users = seen.map((s) => s.user);
      const homes = groupsOf(users, groups, owned);
      for (let i = 0; i < seen.length; i++) {
        const s = seen[i] as Seen;
        const { user, verdict } = s;
        if (copies.has(s) || isResend(s, shard)) {
          const cause = copies.has(s)
            ? `id ${named(verdict).id} came before`
            : 'the KPL sent it again to the shard of its key';
          lines.push(aside('duplicate', shard.id, record, user.index, user.bytes, { rule: 'event.duplicate', cause }));
          tally.add(1, 0, 0);
          tally.duplicate++;
        } else if (verdict.kind === 'reject') {
          await repairs?.refused(placeOf(record, user));
          lines.push(aside('rejected', shard.id, record, user.index, user.bytes, verdict));
          tally.add(1, 0, 1);
        } else if (repairs !== undefined && (await repairs.isReplaced(placeOf(record, user)))) {
          const cause = 'a copy that was sent again counts in its place';
          lines.push(aside('duplicate', shard.id, record, user.index, user.bytes, { rule: 'event.duplicate', cause }));
          tally.add(1, 0, 0);
          tally.duplicate++;
        } else {
          const group = homes[i] as number;
          tally.add(1, 0, 0);
          at = onEvent(at, verdict.time, record.arrival, deps.delay);
          outbox.add(group, {
            kind: 'event',
            lane: lanes.get(group) as Lane,
            seq,
            index: user.index,
            child: 0,
            arrival: record.arrival,
            ...stood,
            key: user.partitionKey,
            bytes: verdict.bytes,
          });
        }
      }
    };
    return { take, clock: () => at };
  };
};
