// Folds a whole batch by columns, for all queries that fit (fits.ts) together: the fields are read once, in one walk over an event's bytes;
// slices, groups and their order are found once for the queries that share them; what is left for each query is its condition, its sums,
// and their text. Event by event, each further query costs about half of the first one.
// The plain twin is operators/window.ts; test/steps/aggregate/columns.test.ts holds the two together, byte for byte.
import { JsonBytes, JsonWriter } from '../../../fold/json-bytes.ts';
import { getOrMake } from '../../../get-or-make.ts';
import type { StampedEvent } from '../../../lanes/inner.ts';
import type { StatefulQuery } from '../../../query/plan.ts';
import type { EpochMs } from '../../../time.ts';
import type { SlicedQuery } from '../../operators/window.ts';
import { type Accumulator, accumulatorOf } from './accumulator.ts';
import type { CodedColumn } from './column.ts';
import { type Condition, conditionOf } from './condition.ts';
import { fitsColumns } from './fits.ts';
import { Groups } from './groups.ts';
import { Inputs } from './inputs.ts';
import { KeySpace } from './key-space.ts';
import { slicesWriter } from './packed-slices.ts';
import { LATE, type LateRow, RowSlices, slicesIdOf } from './row-slices.ts';
import { codedOf, identityOf, PlainRows, type Rows, rowsOf } from './rows.ts';

/** How the rows of a batch went for one query: as in Counts, without failures, which there are none of. */
export type ColumnFold = {
  readonly taken: number;
  readonly folded: number;
  readonly filtered: number;
  readonly late: readonly LateRow[];
  /** What packSlices gives, as text; null when nothing was folded. */
  readonly packed: JsonBytes | null;
};

/** Folds one batch after the other; not two at a time. */
export type BatchFolds = {
  readonly folds: ReadonlySet<StatefulQuery>;
  begin(): void;
  /** @param clock of the event's lane, before it @returns the row's number, from 0 @throws what readWhole throws */
  add(event: StampedEvent, clock: EpochMs): number;
  /** A row that was added. */
  at(row: number): { readonly event: StampedEvent; readonly time: EpochMs; readonly clock: EpochMs };
  /** Lets go of the batch. */
  end(): void;
  /** The fold of one query over the rows that were added. */
  fold(query: StatefulQuery): ColumnFold;
};

type Summed = { readonly filter: Condition | null; readonly accumulator: Accumulator };
type Prepared = {
  readonly query: SlicedQuery;
  readonly inputs: Inputs;
  readonly groups: Groups;
  readonly condition: Condition | null;
  readonly sums: readonly Summed[];
};

/** What queries share, by what makes it the same. */
const prepare = (queries: readonly SlicedQuery[], rows: Rows) => {
  const inputs = new Map<string, Inputs>();
  const slices = new Map<string, RowSlices>();
  const keys = new Map<string, KeySpace>();
  const groups = new Map<string, Groups>();
  const plain = new Map<string, PlainRows>();
  const sums = new Map<string, Summed>();

  const prepared = queries.map((query): Prepared => {
    const columns = query.columns.map((c) => rows.column(c));
    const layout = JSON.stringify(query.columns.map(identityOf));
    const plainRows = getOrMake(plain, layout, () => new PlainRows(columns));
    const slicesId = slicesIdOf(query);
    const coded = query.keys.flatMap((k) =>
      k.kind === 'slot' ? [query.columns[k.slot] as (typeof query.columns)[0]] : [],
    );
    const keysId = JSON.stringify(coded.map(identityOf));
    const types = query.input.types.toSorted().join();
    const ofKeys = getOrMake(
      keys,
      keysId,
      () =>
        new KeySpace(
          coded.map((c) => rows.column(c) as CodedColumn),
          query.keys.map((k) => k.type),
        ),
    );
    const ofSlices = getOrMake(slices, JSON.stringify([types, slicesId]), () => new RowSlices(query));
    return {
      query,
      inputs: getOrMake(inputs, types, () => new Inputs(query.input.types)),
      groups: getOrMake(groups, JSON.stringify([types, slicesId, keysId]), () => new Groups(ofSlices, ofKeys)),
      condition: conditionOf(query.where, columns, plainRows),
      sums: query.aggregates.map((a, i) =>
        getOrMake(sums, JSON.stringify([i, a, layout]), () => ({
          filter: conditionOf(a.filter, columns, plainRows),
          accumulator: accumulatorOf(a, columns, plainRows),
        })),
      ),
    };
  });
  return { prepared, inputs, slices, keys, groups, plain };
};

/** @returns undefined when no query fits */
export const batchFolds = (all: readonly StatefulQuery[]): BatchFolds | undefined => {
  const queries = all.filter(fitsColumns);
  const rows = rowsOf(
    queries.flatMap((q) => q.columns),
    codedOf(queries),
  );
  if (queries.length === 0 || rows === undefined) return undefined;
  const shared = prepare(queries, rows);
  const byQuery = new Map<StatefulQuery, Prepared>(shared.prepared.map((p) => [p.query, p]));
  const write = slicesWriter();
  const out = new JsonWriter();
  /** Shared parts that were found for this batch. */
  const begun = new Set<unknown>();
  const once = (part: unknown, begin: () => void): void => {
    if (begun.has(part)) return;
    begun.add(part);
    begin();
  };
  let kept = new Int32Array(1024);
  let some = new Int32Array(1024);
  let seen = new Uint8Array(1024);

  /** Groups that have rows, ascending, into `some`. @returns how many */
  const present = ({ of, size, counted }: Groups, n: number): number => {
    if (size > some.length) {
      some = new Int32Array(2 * size);
      seen = new Uint8Array(2 * size);
    }
    let found = 0;
    if (n === counted) {
      for (; found < size; found++) some[found] = found;
      return found;
    }
    seen.fill(0, 0, size);
    for (let i = 0; i < n; i++) seen[of[kept[i] as number] as number] = 1;
    for (let g = 0; g < size; g++) if (seen[g] === 1) some[found++] = g;
    return found;
  };

  const clear = (): void => {
    rows.clear();
    for (const p of shared.plain.values()) p.clear();
  };

  return {
    folds: new Set<StatefulQuery>(queries),

    begin() {
      begun.clear();
      clear();
      for (const space of shared.keys.values()) space.begin();
    },

    end: clear,

    add: (event, clock) => rows.add(event, clock),

    at: (row) => ({
      event: rows.items[row] as StampedEvent,
      time: rows.times[row] as EpochMs,
      clock: rows.clocks[row] as EpochMs,
    }),

    fold(query) {
      const { inputs, groups, condition, sums } = byQuery.get(query) as Prepared;
      const { slices } = groups;
      if (rows.length > kept.length) kept = new Int32Array(2 * rows.length);
      once(inputs, () => inputs.begin(rows));
      once(slices, () => slices.begin(rows, inputs.rows, inputs.length));
      once(groups, () => groups.begin(inputs.rows, inputs.length));
      const taken = inputs.copy(query.id, kept);
      const passed = condition === null ? taken : condition(kept, taken, kept);
      const late: LateRow[] = [];
      let n = passed;
      if (slices.late.size > 0) {
        n = 0;
        for (let i = 0; i < passed; i++) {
          const row = kept[i] as number;
          if (slices.at[row] === LATE) late.push(slices.late.get(row) as LateRow);
          else kept[n++] = row;
        }
      }
      const counts = { taken, folded: n, filtered: taken - passed, late };
      if (n === 0) return { ...counts, packed: null };
      const size = present(groups, n);
      for (const { filter, accumulator } of sums) {
        accumulator.begin(groups.size);
        if (filter === null) accumulator.add(kept, n, groups.of);
        else {
          const only = kept.slice(0, n);
          accumulator.add(only, filter(only, n, only), groups.of);
        }
      }
      write(
        groups,
        some,
        size,
        sums.map((s) => s.accumulator),
        out,
      );
      return { ...counts, packed: new JsonBytes(out.take()) };
    },
  };
};
