// What the queries of an aggregate see of an event: parsed whole, or the few fields that their columns name.
import type { CloudEvent } from '../../event/cloud-event.ts';
import { parseRfc3339 } from '../../event/instant.ts';
import { parseJson } from '../../event/json.ts';
import { projectorOf } from '../../event/project.ts';
import type { StampedEvent } from '../../lanes/inner.ts';
import { position } from '../../lanes/position.ts';
import { sidesOf } from '../../query/sides.ts';
import type { EpochMs } from '../../time.ts';
import type { Folder } from './folder.ts';

export type ReadEvent = { readonly event: CloudEvent; readonly time: EpochMs };
export type EventReader = (e: StampedEvent) => ReadEvent;

/** What tells whose an event is (steps/roster.ts), and its id for messages. */
const ALWAYS = ['type', 'source', 'early', 'deleted', 'id'];

export const readWhole: EventReader = (e) => {
  const parsed = parseJson(e.bytes);
  // Head wrote these bytes or let them pass after reading them: a failure here is a bug of ours, never bad data.
  if (!parsed.ok) throw new Error(`${e.lane} ${position(e.seq, e.index)}: ${parsed.cause}`);
  const event = parsed.value as unknown as CloudEvent;
  const time = parseRfc3339(event.time);
  if (time === undefined) throw new Error(`${e.lane} ${position(e.seq, e.index)}: no event time, but ${event.time}`);
  return { event, time };
};

/** Reads the columns of these queries and nothing else; the plain way where the short one is not certain. */
export const readerOf = (folders: readonly Folder[]): EventReader => {
  const from = folders.flatMap((f) => sidesOf(f.operator.query).flatMap((s) => s.columns.map((c) => c.from)));
  const project = projectorOf({
    attributes: [...ALWAYS, ...from.flatMap((f) => (f.kind === 'attribute' ? [f.name] : []))],
    data: from.flatMap((f) => (f.kind === 'data' ? f.path.slice(0, 1) : [])),
  });
  if (project === undefined) return readWhole;
  return (e) => (project(e.bytes) as ReadEvent | undefined) ?? readWhole(e);
};
