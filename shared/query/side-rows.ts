// Rows out of the events of one side of a query: columns, then look-ups, then UNNEST, then WHERE.
import type { ReferenceLookup } from '../enrich/reference.ts';
import type { CloudEvent, JsonObject } from '../event/cloud-event.ts';
import { isObject } from '../event/path.ts';
import type { EpochMs } from '../time.ts';
import { predicate, type UserFunctions } from './evaluate.ts';
import { type LookupJoin, lookupJoin } from './lookup.ts';
import type { Expr, Side } from './plan.ts';
import { rowReader } from './row.ts';
import type { Value } from './types.ts';
import { unnester } from './unnest.ts';

export type TimedEvent = { readonly event: CloudEvent; readonly time: EpochMs };

export type SideReader = {
  /**
   * Asks for all that the look-ups of these events need, in one go. Undefined when there is nothing to wait for: no look-up.
   * @throws Fault table.* when the reference table does not answer
   */
  prepare(events: readonly TimedEvent[]): Promise<void> | undefined;
  /**
   * The rows that WHERE keeps, in the order of UNNEST's elements. With look-ups, the same object was prepared before; it keeps its answers
   * until it is prepared again.
   * @throws what the side's expressions throw on these values; RangeError when UNNEST meets too many elements
   */
  rows(event: CloudEvent, time: EpochMs): readonly Value[][];
  /** Which element of UNNEST a row is, from 0, also when WHERE left out those before it; 0 without UNNEST. */
  elementOf(row: readonly Value[]): number;
};

export type SideDeps = {
  readonly functions?: UserFunctions;
  /** Needed by sides with look-ups. */
  readonly lookup?: ReferenceLookup;
};

const NO_ROWS: readonly Value[][] = [];

/** Columns and the answers of look-ups so far; `row` null: a look-up that needs a row found none. */
type Base = { row: Value[] | null; thrown?: { readonly error: unknown } };

/** The slots that an expression names. */
const mostSlot = (e: Expr): number => {
  if (e.kind === 'slot') return e.slot;
  return e.kind === 'literal' ? -1 : Math.max(-1, ...e.args.map(mostSlot));
};
const conjuncts = (e: Expr): readonly Expr[] => (e.kind === 'call' && e.fn === 'AND' ? e.args.flatMap(conjuncts) : [e]);

/** Whether WHERE may still hold, by those of its conditions that need the columns alone: an event that it leaves out asks for nothing. */
const mayPass = (side: Side, functions: UserFunctions | undefined): ((row: readonly Value[]) => boolean) => {
  const early = (side.where === null ? [] : conjuncts(side.where)).filter((e) => mostSlot(e) < side.columns.length);
  const tests = early.map((e) => predicate(e, functions));
  return (row) => {
    try {
      return tests.every((test) => test(row));
    } catch {
      return true; // what throws is told when its turn comes
    }
  };
};

const lookups = (
  joins: readonly LookupJoin[],
  read: (event: TimedEvent) => Value[],
  passes: (row: readonly Value[]) => boolean,
) => {
  const bases = new WeakMap<CloudEvent, Base>();

  const ask = async (join: LookupJoin, open: readonly (Base & { row: Value[] })[]): Promise<void> => {
    const keys = open.map((base): string | null => {
      try {
        return join.keyOf(base.row);
      } catch (error) {
        base.thrown = { error };
        return null;
      }
    });
    const asked = keys.filter((key) => key !== null);
    const found = asked.length === 0 ? new Map<string, readonly Value[]>() : await join.find(asked);
    open.forEach((base: Base & { row: Value[] | null }, i) => {
      const key = keys[i] ?? null;
      const columns = (key === null ? undefined : found.get(key)) ?? join.missing;
      base.row = columns === null ? null : [...(base.row as Value[]), ...columns];
    });
  };

  return {
    async prepare(events: readonly TimedEvent[]): Promise<void> {
      const all = events.map((e): Base => {
        const row = read(e);
        return { row: passes(row) ? row : null };
      });
      for (const join of joins) {
        const open = all.filter((b): b is Base & { row: Value[] } => b.row !== null && b.thrown === undefined);
        await ask(join, open);
      }
      events.forEach(({ event }, i) => void bases.set(event, all[i] as Base));
    },
    rowOf(event: CloudEvent): Value[] | null {
      const base = bases.get(event);
      if (base === undefined) throw new Error(`event ${event.id} was not prepared: its look-ups have no answers`);
      if (base.thrown) throw base.thrown.error;
      return base.row;
    },
  };
};

export const sideReader = (side: Side, { functions, lookup }: SideDeps = {}): SideReader => {
  const columns = rowReader(side.columns);
  const read = ({ event, time }: TimedEvent): Value[] =>
    columns({ data: isObject(event.data) ? event.data : ({} as JsonObject), attributes: event, time });
  const keeps = predicate(side.where, functions);
  const wanted = side.lookups ?? [];
  if (wanted.length > 0 && lookup === undefined)
    throw new Error(
      `the query looks up ${wanted.map((l) => l.table).join(', ')}, and no reference table was handed in`,
    );
  const answered =
    lookup === undefined || wanted.length === 0
      ? null
      : lookups(
          wanted.map((l) => lookupJoin(l, lookup, functions)),
          read,
          mayPass(side, functions),
        );
  const prepare = (events: readonly TimedEvent[]): Promise<void> | undefined => answered?.prepare(events);
  const { unnest } = side;
  if (unnest === undefined)
    return {
      prepare,
      rows(event, time) {
        const row = answered === null ? read({ event, time }) : answered.rowOf(event);
        return row !== null && keeps(row) ? [row] : NO_ROWS;
      },
      elementOf: () => 0,
    };

  const elements = unnester(unnest, functions);
  /** One slot beyond those of the plan holds the element's number. */
  const width =
    side.columns.length +
    wanted.reduce((n, l) => n + l.columns.length, 0) +
    unnest.columns.length +
    Number(unnest.ordinality);
  return {
    prepare,
    rows(event, time) {
      const row = answered === null ? read({ event, time }) : answered.rowOf(event);
      if (row === null) return NO_ROWS;
      return elements(row)
        .map((slots, i): Value[] => [...row, ...slots, i])
        .filter(keeps);
    },
    elementOf: (row) => row[width] as number,
  };
};
