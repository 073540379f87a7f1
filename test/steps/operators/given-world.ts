// The real aggregate and refine on ports in memory, both streams; what stands at a destination in the end.
import type { JsonObject } from '../../../shared/event/cloud-event.ts';
import { packGroup, unpackInner } from '../../../shared/lanes/block.ts';
import type { Inner } from '../../../shared/lanes/inner.ts';
import { groupOfLane, position } from '../../../shared/lanes/position.ts';
import { pointOf } from '../../../shared/lanes/ring.ts';
import { countingNonce, manualClock } from '../../../shared/memory/clock.ts';
import { MemoryLog } from '../../../shared/memory/log.ts';
import { memoryObjects } from '../../../shared/memory/objects.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import { memoryWake } from '../../../shared/memory/wake.ts';
import type { Plan } from '../../../shared/query/plan.ts';
import type { SideDeps } from '../../../shared/query/side-rows.ts';
import { aggregate } from '../../../shared/steps/aggregate/aggregate.ts';
import { ledger } from '../../../shared/steps/ledger/ledger.ts';
import { refine, SETTLE } from '../../../shared/steps/refine/refine.ts';
import type { Ms } from '../../../shared/time.ts';
import { type Given, GROUPS, LANES, lastMarks, SHARDS, START, type Step } from './given-events.ts';

const budget = { remainingMs: () => 60_000 };

export type SentRow = {
  readonly id: string;
  readonly type: string;
  readonly revision: string;
  readonly deleted: boolean;
  readonly early: boolean;
  readonly time: string;
  /** Columns as they were written. */
  readonly data: JsonObject;
};

export const world = (plan: Plan, deps: SideDeps = {}) => {
  const clock = manualClock(START);
  const table = memoryTable();
  const objects = memoryObjects();
  const wake = memoryWake();
  const logOf = (name: string) => new MemoryLog(name, { shards: 2, clock });
  const [raw, enriched, refined] = [logOf('raw'), logOf('enriched'), logOf('refined')];
  const ports = { ...deps, plan, table, objects, wake, clock, nonce: countingNonce(), run: 'r', groups: GROUPS };
  const first = { ...ports, reads: 'enriched' as const, from: memoryStream(enriched) };
  const again = { ...ports, reads: 'refined' as const, from: memoryStream(refined) };
  const out = { raw: memoryStream(raw), to: memoryStream(refined) };
  const folding = aggregate(first);
  const foldingAgain = aggregate(again);
  const runs = [refine({ ...first, ...out }), refine({ ...first, ...out })];
  const runAgain = refine({ ...again, ...out });
  const read = new Map<string, string>();
  const looked = new Map<string, string>();
  const rows = new Map<string, SentRow>();
  let records = 0;

  const deliver = async (shard: string, items: readonly Inner[]): Promise<void> => {
    const byGroup = new Map<number, Inner[]>();
    for (const item of items)
      byGroup.set(groupOfLane(item.lane), [...(byGroup.get(groupOfLane(item.lane)) ?? []), item]);
    const data = [...byGroup].flatMap(([g, mine]) => packGroup(mine, pointOf(g, GROUPS)));
    const batch = data.map((d) => ({ seq: String(++records), partitionKey: 'k', data: d, arrival: clock.now() }));
    await folding({ stream: 'enriched', shard, records: batch }, budget);
  };

  const state = {
    clock,
    wake,
    refined,
    /** A batch for each shard of `enriched`: the events and, behind them, marks of their lanes. */
    async show(given: readonly Given[]): Promise<void> {
      for (const shard of SHARDS) {
        const mine = given.filter(({ e }) => e.lane.startsWith(shard));
        const last = mine.at(-1);
        if (last === undefined) continue;
        const pos = position(last.e.seq, last.e.index, 99_999);
        const marks = LANES.filter((l) => l.startsWith(shard)).map((lane): Inner => {
          return { kind: 'mark', lane, pos, clock: Math.max(last.clock, last.time) };
        });
        await deliver(shard, [...mine.map(({ e }) => e), ...marks]);
      }
    },
    deliver,
    async decide(who: number, settle: boolean): Promise<void> {
      await runs[who]?.([settle ? SETTLE : ''], budget);
    },
    cold(who: number): void {
      runs[who] = refine({ ...first, ...out });
    },
    /** What stands on `refined` goes through the second level. */
    async chain(): Promise<void> {
      for (const { id } of refined.shards()) {
        const { records: more } = refined.read(id, read.get(id) ?? null);
        if (more.length === 0) continue;
        await foldingAgain({ stream: 'refined', shard: id, records: more }, budget);
        read.set(id, (more.at(-1) as { seq: string }).seq);
      }
      await runAgain([SETTLE], budget);
    },
    /** The last tick, until nothing is left to send. */
    async drain(): Promise<void> {
      for (const shard of SHARDS)
        await deliver(
          shard,
          lastMarks.filter((m) => m.lane.startsWith(shard)),
        );
      for (let i = 0; i < 3; i++) await state.decide(0, true);
      for (let i = 0; i < 4; i++) await state.chain();
    },
    /** @param decided called behind each decision with the events that were there before it */
    async play(
      given: readonly Given[],
      all: readonly Step[],
      decided: (before: readonly Given[], waited: Ms) => void = () => undefined,
    ): Promise<void> {
      let at = 0;
      const next = async (n: number, before: number) => {
        await state.show(given.slice(Math.max(0, at - before), at + n));
        at += n;
      };
      for (const s of all) {
        if (s.kind === 'batch') await next(s.n, s.again);
        else if (s.kind === 'cold') state.cold(s.who);
        else {
          clock.advance(s.wait);
          await state.decide(s.who, s.settle);
          await state.chain();
          decided(given.slice(0, at), s.wait);
        }
      }
      await next(given.length, 3);
      await state.drain();
    },
    /** Each row that was sent, once, in the order of numbers. */
    sent(): readonly SentRow[] {
      for (const { id } of refined.shards()) {
        const { records: more } = refined.read(id, looked.get(id) ?? null);
        for (const { seq, data } of more) {
          looked.set(id, seq);
          const unpacked = unpackInner(data);
          if (!unpacked.ok) throw new Error(unpacked.cause);
          for (const item of unpacked.items) {
            if (item.kind !== 'event' || rows.has(`${item.lane} ${item.seq}`)) continue;
            const row = JSON.parse(Buffer.from(item.bytes).toString()) as Partial<SentRow>;
            rows.set(`${item.lane} ${item.seq}`, { deleted: false, early: false, ...row } as SentRow);
          }
        }
      }
      return [...rows.values()].sort((a, b) => (a.revision < b.revision ? -1 : 1));
    },
    /** Lines of `late` or `rejected`. */
    async aside(door: 'late' | 'rejected'): Promise<readonly JsonObject[]> {
      const out: JsonObject[] = [];
      for (const { key } of await objects.list(`${door}/`)) {
        const text = Buffer.from((await objects.get(key)) as Uint8Array).toString();
        out.push(
          ...text
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line)),
        );
      }
      return out;
    },
    /** What entries say: in, folded, filtered, late, failed of a query. */
    async counts(query: string): Promise<readonly number[]> {
      let sum: readonly number[] = [0, 0, 0, 0, 0];
      const book = ledger({ ...ports, fn: 'aggregate/enriched' });
      for (const shard of SHARDS)
        for (const { counts } of await book.after(shard, 0)) sum = sum.map((n, i) => n + (counts[query]?.[i] ?? 0));
      return sum;
    },
  };
  return state;
};

/** What a destination with these key columns holds: the greatest revision of each; without columns, of each id. */
export const standing = (
  rows: readonly SentRow[],
  table: string,
  primaryKey: readonly string[] = [],
): readonly SentRow[] => {
  const held = new Map<string, SentRow>();
  for (const row of rows)
    if (row.type === table)
      held.set(primaryKey.length === 0 ? row.id : JSON.stringify(primaryKey.map((c) => row.data[c])), row);
  return [...held.values()].filter((row) => !row.deleted);
};

export const shown = (rows: readonly SentRow[]): readonly string[] =>
  rows.map(({ data }) => JSON.stringify(data)).sort();
