// The stores of rejected and late events. Objects may overlap after a redelivery: a position counts once at a stage and query.
import type { Json, JsonObject, RejectedEvent } from '../../shared/event/cloud-event.ts';
import { parseJson, stringifyJson } from '../../shared/event/json.ts';
import type { Objects } from '../../shared/ports.ts';
import { days, type EpochMs } from '../../shared/time.ts';
import type { StageHere } from '../stage/stage-here.ts';
import { type Entry, entryOfLate, entryOfRejected, type LateRow } from './entry.ts';

export type Span = { readonly from?: EpochMs; readonly to?: EpochMs };

const AT_ONCE = 16;
const DAY = /^dt=(\d{4}-\d{2}-\d{2})$/;

/** An object is named after the day of its first record; a batch may reach into the next day. */
const mayHold = (day: string | undefined, { from, to }: Span): boolean => {
  const start = Date.parse(DAY.exec(day ?? '')?.[1] ?? '');
  if (Number.isNaN(start)) return true;
  return (to === undefined || start < to) && (from === undefined || start + 2 * days(1) > from);
};

const linesOf = async (objects: Objects, key: string): Promise<readonly Json[]> => {
  const bytes = await objects.get(key);
  if (bytes === undefined) return [];
  return Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const parsed = parseJson(Buffer.from(line));
      if (!parsed.ok) throw new Error(`${key} holds a line that is no JSON: ${parsed.cause}`);
      return parsed.value;
    });
};

const readAll = async function* (
  { objects, run }: Pick<StageHere, 'objects' | 'run'>,
  door: 'rejected' | 'late',
  span: Span,
): AsyncGenerator<readonly [stage: string, rows: readonly Json[]]> {
  const prefix = `${door}/${run}/`;
  const keys = (await objects.list(prefix))
    .map((o) => o.key)
    .filter((k) => mayHold(k.slice(prefix.length).split('/')[0], span));
  for (let i = 0; i < keys.length; i += AT_ONCE) {
    const some = keys.slice(i, i + AT_ONCE);
    const rows = await Promise.all(some.map((key) => linesOf(objects, key)));
    for (const [j, key] of some.entries()) yield [key.slice(prefix.length).split('/')[1] ?? '', rows[j] ?? []];
  }
};

const within = ({ arrival }: Entry, { from, to }: Span): boolean =>
  (from === undefined || arrival >= from) && (to === undefined || arrival < to);

/** By arrival on `raw`, each (stage, query, shard, position) once, in the order of arrival. Duplicates are no failures. */
export const readEntries = async (
  stage: Pick<StageHere, 'objects' | 'run'>,
  door: 'rejected' | 'late',
  span: Span = {},
): Promise<readonly Entry[]> => {
  const found = new Map<string, Entry>();
  for await (const [name, rows] of readAll(stage, door, span))
    for (const row of rows) {
      if (door === 'rejected') {
        const r = row as unknown as RejectedEvent;
        if (r.door !== 'rejected') continue;
        const entry = entryOfRejected(r);
        found.set(entry.key, entry);
      } else {
        const { event, ...late } = row as JsonObject;
        const entry = entryOfLate(late as unknown as LateRow, name, Buffer.from(stringifyJson(event as Json)));
        found.set(entry.key, entry);
      }
    }
  return [...found.values()]
    .filter((e) => within(e, span))
    .sort((a, b) => a.arrival - b.arrival || (a.position < b.position ? -1 : 1));
};
