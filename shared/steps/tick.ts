// schedule -> raw. An empty record to each open shard, so that an idle one is heard of; `validate` decides, by arrivals in the shard,
// whether a tick moves time on. One that is lost is made good by the next.
import { Fault } from '../faults.ts';
import { backOff, type Patience } from '../lanes/emit.ts';
import type { OutRecord, PutOutcome, Stream } from '../ports.ts';
import { MAX_PUT_RECORDS } from '../put-limits.ts';
import type { ScheduleStep } from '../trigger/schedule.ts';

export const TICK_KEY = 'tick';
const NOTHING = new Uint8Array();
/** A shard that is too busy for a tick is not idle. */
const BUSY = 'ProvisionedThroughputExceededException';

type Failed = Extract<PutOutcome, { ok: false }>;

/** Puts up to 500 ticks; answers those that failed for another reason than a busy shard. */
const putTicks = async (raw: Stream, ticks: readonly OutRecord[]): Promise<{ left: OutRecord[]; last?: Failed }> => {
  const outcomes = await raw.put(ticks);
  const failed = outcomes.flatMap((o, i) => (o.ok || o.code === BUSY ? [] : [{ tick: ticks[i] as OutRecord, o }]));
  const last = failed.at(-1)?.o;
  return { left: failed.map((f) => f.tick), ...(last && { last }) };
};

/** @throws Fault stream.unavailable when a shard took no tick in as many tries as there is patience for */
export const tick =
  (deps: { readonly raw: Stream; readonly patience?: Patience }): ScheduleStep =>
  async () => {
    const { tries, wait } = deps.patience ?? backOff;
    const open = (await deps.raw.shards()).filter((s) => !s.closed);
    const all = open.map((s): OutRecord => ({ partitionKey: TICK_KEY, hashKey: s.startHash, data: NOTHING }));
    for (let from = 0; from < all.length; from += MAX_PUT_RECORDS) {
      let left: readonly OutRecord[] = all.slice(from, from + MAX_PUT_RECORDS);
      for (let attempt = 1; left.length > 0; attempt++) {
        const answer = await putTicks(deps.raw, left);
        left = answer.left;
        if (left.length === 0) break;
        if (attempt === tries)
          throw new Fault(
            'stream.unavailable',
            `${deps.raw.name}: ${left.length} shards took no tick: ${answer.last?.code}`,
          );
        await wait(attempt);
      }
    }
  };
