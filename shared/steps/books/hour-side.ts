// The books of one hour: what arrived on `raw` in it left by a named door at `validate`, and what `validate` let pass was taken in by
// the ledger behind `enrich`, or rejected there.
import type { Lane } from '../../lanes/position.ts';
import { shardOfLane } from '../../lanes/position.ts';
import type { Table } from '../../ports.ts';
import type { Checkpoints } from '../checkpoint.ts';
import type { LaneMark } from '../ledger/lane-marks.ts';
import type { TreeShard } from '../tree.ts';
import type { Hour } from './hour.ts';
import { type HourCounts, NO_COUNTS, type Page, readHour, readPage } from './raw-page.ts';
import type { HourRows } from './side-rows.ts';

/** What `validate` counted in an hour, by raw shard; or which shard has not come to its end. */
export type HourOfRaw =
  | { readonly kind: 'over'; readonly shards: ReadonlyMap<string, HourCounts> }
  | { readonly kind: 'waiting'; readonly shard: string };

const newestOf = ({ over, open }: Page): Hour => Math.max(over, ...open.keys());

/** Checkpoints of raw shards as far as the check has read them. */
export const hourOfRaw = async (
  deps: { readonly table: Table; readonly run: string; readonly fn: string; readonly marks: Checkpoints },
  shards: readonly TreeShard[],
  hour: Hour,
): Promise<HourOfRaw> => {
  const items = await readHour(deps.table, deps.run, deps.fn, hour);
  const out = new Map<string, HourCounts>();
  const pages = new Map<string, Page | undefined>();
  const pageOf = async (shard: string): Promise<Page | undefined> => {
    if (!pages.has(shard)) {
      const found = await deps.marks.read(shard);
      pages.set(shard, found && readPage(found.bk as string | undefined));
    }
    return pages.get(shard);
  };
  /** A shard's children are read only when it was read to its end. */
  const isRead = async (shard: TreeShard): Promise<boolean> => {
    if (shard.closedAt === null) return false;
    for (const child of shards.filter((s) => s.parents.includes(shard.id)))
      if ((await pageOf(child.id)) !== undefined || (await isRead(child))) return true;
    return false;
  };
  for (const shard of shards) {
    const item = items.get(shard.id);
    if (item !== undefined) {
      out.set(shard.id, item);
      continue;
    }
    const page = await pageOf(shard.id);
    const isOver = (page !== undefined && page.over >= hour) || (await isRead(shard));
    if (!isOver) return { kind: 'waiting', shard: shard.id };
    const counts = page?.open.get(hour);
    if (counts !== undefined || (page !== undefined && newestOf(page) >= hour)) out.set(shard.id, counts ?? NO_COUNTS);
  }
  return { kind: 'over', shards: out };
};

/** The raw shards whose events of the hour have not all come to the ledger; by the marks of their lanes. */
export const behindHour = (
  shards: ReadonlyMap<string, HourCounts>,
  lanes: ReadonlyMap<Lane, LaneMark>,
): readonly string[] => {
  const least = new Map<string, string>();
  for (const [lane, { seq, endedAt }] of lanes) {
    if (endedAt > 0) continue;
    const shard = shardOfLane(lane);
    const known = least.get(shard);
    if (known === undefined || seq < known) least.set(shard, seq);
  }
  const ended = new Set([...lanes.keys()].map(shardOfLane));
  return [...shards]
    .filter(([shard, { last, passed }]) => {
      const seq = least.get(shard);
      if (seq !== undefined) return seq < last;
      return passed > 0 && !ended.has(shard);
    })
    .map(([shard]) => shard);
};

export const sumOfHour = (shards: ReadonlyMap<string, HourCounts>): Omit<HourCounts, 'last'> => {
  const sum = { in: 0, passed: 0, rejected: 0, duplicate: 0 };
  for (const c of shards.values()) {
    sum.in += c.in;
    sum.passed += c.passed;
    sum.rejected += c.rejected;
    sum.duplicate += c.duplicate;
  }
  return sum;
};

/** @param arrived what the ledger took in; null when no query makes one */
export const faultsOfHour = (
  name: string,
  raw: Omit<HourCounts, 'last'>,
  validate: HourRows,
  enrich: HourRows,
  arrived: number | null,
): readonly string[] => {
  const faults: string[] = [];
  const out = raw.passed + validate.rejected + validate.duplicate;
  if (raw.in !== out)
    faults.push(
      `validate, ${name}: ${raw.in} in, but ${raw.passed} passed, ${validate.rejected} rejected and ${validate.duplicate} duplicate in the store`,
    );
  if (arrived !== null && raw.passed !== arrived + enrich.rejected)
    faults.push(
      `enrich, ${name}: ${raw.passed} in, but ${arrived} in the ledger and ${enrich.rejected} rejected in the store`,
    );
  return faults;
};
