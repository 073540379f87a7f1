// The newest rejected and late events with what became of them, for the page: it shows, `millrace failed` does.
import type { RejectedEvent } from '../../shared/event/cloud-event.ts';
import type { Table } from '../../shared/ports.ts';
import { type Entry, entryOfLate, entryOfRejected, type LateRow } from '../failed/entry.ts';
import { OPEN, readStates, type State } from '../failed/state.ts';
import type { LiveAside } from '../page/live-state.ts';

/** Of each door. */
const SHOWN = 15;
const NO_BYTES = new Uint8Array();

type Doors = { readonly rejected: Iterable<RejectedEvent>; readonly late: Iterable<object> };

const lastOf = <T>(all: Iterable<T>): readonly T[] => [...all].slice(-SHOWN).toReversed();

const shown = (e: Entry, state: State): LiveAside => ({
  id: e.id,
  door: e.door,
  at: e.arrival,
  stage: e.stage,
  rule: e.query === undefined ? e.rule : `${e.rule} ${e.query}`,
  why: e.field === undefined ? e.cause : `${e.field} ${e.cause}`,
  state: state.kind,
});

/** Duplicates are no failures. */
export const newestAside = async (sides: Doors, ledger: Table, run: string): Promise<readonly LiveAside[]> => {
  const rejected = [...sides.rejected].filter((r) => r.door === 'rejected');
  const entries = [
    ...lastOf(rejected).map(entryOfRejected),
    ...lastOf(sides.late).map((row) => entryOfLate(row as LateRow, 'aggregate', NO_BYTES)),
  ];
  if (entries.length === 0) return [];
  const states = await readStates({ ledger, run });
  return entries.map((e) => shown(e, states.get(e.key) ?? OPEN));
};
