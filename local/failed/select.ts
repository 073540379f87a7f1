// Which of the rejected or late events a command means: by id, or by what they are.
import type { EpochMs } from '../../shared/time.ts';
import { CallError } from '../cli/call-error.ts';
import type { StageHere } from '../stage/stage-here.ts';
import type { Entry } from './entry.ts';
import { readEntries } from './read-entries.ts';
import { OPEN, readStates, type State } from './state.ts';

export type Filters = {
  readonly stage?: string;
  readonly rule?: string;
  readonly source?: string;
  readonly type?: string;
  /** Name or id. */
  readonly query?: string;
  readonly state?: State['kind'];
  /** Arrivals in [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
};
export type Known = { readonly entry: Entry; readonly state: State };

const EXACT = ['stage', 'rule', 'source', 'type'] as const;
/** A query's id is its name, `-` and the hash of its definition. */
const isQuery = (e: Entry, wanted: string): boolean =>
  e.query === wanted || e.query?.slice(0, e.query.lastIndexOf('-')) === wanted;

const fits = ({ entry, state }: Known, f: Filters): boolean =>
  EXACT.every((name) => f[name] === undefined || entry[name] === f[name]) &&
  (f.query === undefined || isQuery(entry, f.query)) &&
  (f.state === undefined || state.kind === f.state);

/** @throws CallError for an id that is none, or is not one alone */
const withIds = (all: readonly Known[], ids: readonly string[], door: Entry['door']): readonly Known[] => {
  const wrong: string[] = [];
  const chosen = ids.flatMap((id) => {
    const found = all.filter((k) => k.entry.id === id || k.entry.key === id);
    if (found.length === 0) wrong.push(`no ${door} event has the id "${id}"`);
    if (found.length > 1)
      wrong.push(`"${id}" is the id of ${found.length}: write ${found.map((k) => `'${k.entry.key}'`).join(' or ')}`);
    return found.slice(0, 1);
  });
  if (wrong.length > 0) throw new CallError(wrong.join('; '));
  return [...new Set(chosen)];
};

/** In the order of arrival. @param ids empty: all that fit the filters */
export const selectEntries = async (
  stage: StageHere,
  door: Entry['door'],
  filters: Filters,
  ids: readonly string[] = [],
): Promise<readonly Known[]> => {
  const states = await readStates(stage);
  const all = (await readEntries(stage, door, filters)).map((entry) => ({
    entry,
    state: states.get(entry.key) ?? OPEN,
  }));
  return (ids.length === 0 ? all : withIds(all, ids, door)).filter((k) => fits(k, filters));
};
