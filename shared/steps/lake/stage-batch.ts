// What is new in a batch for the lake, pure: the same marks and items give the same entry.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { parseRfc3339 } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import type { RejectRule } from '../../faults.ts';
import type { Inner, StampedEvent } from '../../lanes/inner.ts';
import type { Lane } from '../../lanes/position.ts';
import type { EpochMs } from '../../time.ts';
import { membersOf, textUnder } from '../enrich/members.ts';
import { isBeyond, type LaneMark, NEW_LANE } from '../ledger/lane-marks.ts';
import type { StagedRow } from './staged.ts';
import type { LakeTable } from './tables.ts';

export type LakeReject = { readonly event: StampedEvent; readonly rule: RejectRule; readonly cause: string };

export type Staged = {
  readonly lanes: Map<Lane, LaneMark>;
  readonly rows: readonly StagedRow[];
  readonly rejects: readonly LakeReject[];
  /** Whether anything was new. */
  readonly applied: boolean;
};

const typeOf = (e: StampedEvent): string => {
  const members = membersOf(e.bytes);
  if (members !== undefined) return textUnder(e.bytes, members.get('type')) ?? '';
  const parsed = parseJson(e.bytes);
  return parsed.ok ? String((parsed.value as { type?: unknown } | null)?.type ?? '') : '';
};

/** Sent again for one query: the event itself stands in the lake already, a row of that query does not. */
const isForOthers = (e: StampedEvent): boolean => e.again?.only !== undefined;

/** The rows of one event; it may go into several tables. A tombstone is no row. */
const rowsOf = (e: StampedEvent, tables: readonly LakeTable[]): readonly StagedRow[] | Omit<LakeReject, 'event'> => {
  const parsed = parseJson(e.bytes);
  if (!parsed.ok) return parsed;
  const event = parsed.value as unknown as CloudEvent;
  const time = typeof event.time === 'string' ? parseRfc3339(event.time) : undefined;
  if (time === undefined) return { rule: 'event.not-an-event', cause: 'no CloudEvent with a time' };
  if (event.deleted === true) return [];
  const { lane, seq, index, child } = e;
  const text = Buffer.from(e.bytes.buffer, e.bytes.byteOffset, e.bytes.byteLength).toString();
  return tables.map(({ name }) => ({ table: name, lane, seq, index, child, time, event: text }));
};

/**
 * Only lanes with events of the lake get a mark, so a stream without such events costs no entry.
 * @param before marks of the newest entry; not changed
 * @param now    stamped on lanes that end
 */
export const stageBatch = (
  tables: ReadonlyMap<string, readonly LakeTable[]>,
  before: ReadonlyMap<Lane, LaneMark>,
  items: readonly Inner[],
  now: EpochMs,
): Staged => {
  const lanes = new Map(before);
  const rows: StagedRow[] = [];
  const rejects: LakeReject[] = [];
  let applied = false;
  for (const item of items) {
    const mark = lanes.get(item.lane);
    if (item.kind === 'end' && mark !== undefined && mark.endedAt === 0) {
      lanes.set(item.lane, { ...mark, endedAt: now });
      applied = true;
    }
    if (item.kind !== 'event') continue;
    const wanted = isForOthers(item) ? undefined : tables.get(typeOf(item));
    if (wanted === undefined || !isBeyond(mark ?? NEW_LANE, item.seq, item.index, item.child)) continue;
    lanes.set(item.lane, { ...NEW_LANE, seq: item.seq, index: item.index, child: item.child });
    const found = rowsOf(item, wanted);
    if ('rule' in found) rejects.push({ event: item, rule: found.rule, cause: found.cause });
    else rows.push(...found);
    applied = true;
  }
  return { lanes, rows, rejects, applied };
};
