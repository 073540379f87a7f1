// Rows of the stores of rejected, duplicate and late events that may be copies of one event.
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import { days, type EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';

export type SideRow = {
  readonly door: 'rejected' | 'duplicate' | 'late';
  readonly stage: string;
  readonly rule: string;
  readonly query: string | null;
  readonly field: string | null;
  readonly cause: string;
  readonly shard: string;
  readonly position: string;
  readonly arrival: EpochMs;
  /** Of a late event: the watermark that decided and the window that it missed. */
  readonly late: { readonly watermark: EpochMs; readonly window: readonly [EpochMs, EpochMs] | null } | null;
  readonly again: RejectedEvent['again'] | null;
  readonly payload: string;
};

type Line = RejectedEvent & {
  readonly watermark?: EpochMs;
  readonly window_start?: EpochMs | null;
  readonly window_end?: EpochMs | null;
  readonly event?: unknown;
};

const readLine = (line: string, isLate: boolean, stage: string): SideRow => {
  const r = JSON.parse(line) as Line;
  const { shard, position, arrival, query = null, field = null, again = null } = r;
  const base = { shard, position, arrival, query, field, again };
  if (isLate) {
    const [start, end] = [r.window_start ?? null, r.window_end ?? null];
    const window = start === null || end === null ? null : ([start, end] as const);
    const late = { watermark: r.watermark ?? 0, window };
    return { ...base, door: 'late', stage, rule: 'late', cause: '', late, payload: JSON.stringify(r.event) };
  }
  const payload = Buffer.from(r.payload, r.encoding === 'base64' ? 'base64' : 'utf8').toString();
  return { ...base, door: r.door, stage: r.stage, rule: r.rule, cause: r.cause, late: null, payload };
};

/**
 * Each (door, stage, query, place) once, in the order of arrival.
 * @param needle text that a row must hold; null: any
 */
export const sideRows = async (
  { objects, run }: Pick<StageHere, 'objects' | 'run'>,
  span: { readonly from?: EpochMs | undefined; readonly to?: EpochMs | undefined },
  needle: Buffer | null,
): Promise<readonly SideRow[]> => {
  const found = new Map<string, SideRow>();
  const plain = needle?.subarray(1, -1).toString() ?? '';
  for (const door of ['rejected', 'late'] as const) {
    const prefix = `${door}/${run}/`;
    for (const { key } of await objects.list(prefix)) {
      const [day = '', stage = ''] = key.slice(prefix.length).split('/');
      const start = Date.parse(day.slice('dt='.length));
      // An object is named after the day of its first record, a late one after that of its decision.
      if (span.from !== undefined && start + days(2) <= span.from) continue;
      if (door === 'rejected' && span.to !== undefined && start >= span.to) continue;
      const text = Buffer.from((await objects.get(key)) ?? []).toString();
      if (!text.includes(plain)) continue;
      for (const line of text.split('\n')) {
        if (line === '' || !line.includes(plain)) continue;
        const row = readLine(line, door === 'late', stage);
        found.set([row.door, row.stage, row.query, row.shard, row.position].join(' '), row);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.arrival - b.arrival || (a.position < b.position ? -1 : 1));
};
