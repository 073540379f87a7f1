// The books of what records outside: rows of `refined` for its tables = rows that stand there, or that a newer one stands for + rejected.
// What stands there is asked of the destination itself.
import { idOf, numberOf } from '../../shared/destinations/search.ts';
import { getOrMake } from '../../shared/get-or-make.ts';
import type { Plan, TablePlan } from '../../shared/query/plan.ts';
import type { SinkRow } from '../../shared/steps/sink/destination.ts';
import { whereOf } from '../../shared/steps/sink/read-batch.ts';
import { readSinkRow } from '../../shared/steps/sink/read-sink-row.ts';
import { outside } from '../destinations/here/addresses.ts';
import type { HeldRow } from '../destinations/here/held.ts';
import type { DestinationsHere, PlaceHere } from '../destinations/here/start.ts';
import { FUNCTION } from '../destinations/of-connector.ts';
import type { FreshRow } from './books.ts';
import { balances, type Doors, NO_DOORS, sumDoors } from './doors.ts';
import type { SideDoors } from './side-doors.ts';

type Sent = { readonly row: SinkRow; readonly rejected: boolean };

/** Whether version a is at least b: numbers of the outbox as numbers, where the destination keeps them so. */
const reaches = (a: string, b: string): boolean => {
  const [x, y] = [numberOf(a), numberOf(b)];
  return x !== null && y !== null ? BigInt(x) >= BigInt(y) : a >= b;
};

/** Of rows that take each other's place. */
const upserted = (rows: readonly Sent[], standing: HeldRow | undefined): Doors => {
  const taken = rows.filter((r) => !r.rejected).map((r) => r.row);
  const newest = taken.reduce<SinkRow | undefined>(
    (a, b) => (a === undefined || b.version > a.version ? b : a),
    undefined,
  );
  const gone = newest !== undefined && newest.row === null && (standing === undefined || standing.row === null);
  const passed = taken.filter((r) => gone || (standing !== undefined && reaches(standing.version, r.version)));
  // A row that a refused one had taken the place of, in the same batch, was never sent.
  const behind = taken.filter(
    (r) => !passed.includes(r) && rows.some((other) => other.rejected && other.row.version > r.version),
  );
  return {
    ...NO_DOORS,
    in: rows.length,
    passed: passed.length,
    filtered: behind.length,
    rejected: rows.length - taken.length,
  };
};

/** Of messages; of alerts those that change nothing for their key are left out. */
const messaged = (table: TablePlan, rows: readonly Sent[], seen: (row: SinkRow) => boolean): Doors => {
  const taken = rows.filter((r) => !r.rejected).map((r) => r.row);
  let open = false;
  const told = taken
    .toSorted((a, b) => (a.version < b.version ? -1 : 1))
    .filter((row) => {
      const changes = (row.row !== null) !== open;
      open = row.row !== null;
      return table.alert !== true || changes;
    });
  return {
    ...NO_DOORS,
    in: rows.length,
    passed: told.filter(seen).length,
    filtered: taken.length - told.length,
    rejected: rows.length - taken.length,
  };
};

const ofTable = async (
  { table, rows: standing }: PlaceHere,
  { hasSeen }: DestinationsHere,
  sent: readonly Sent[],
): Promise<Doors> => {
  const byKey = Map.groupBy(sent, (s) => s.row.key);
  const named = table.connector === 'opensearch-2' ? idOf : (key: string) => key;
  if (!['jdbc', 'redshift', 'opensearch-2'].includes(table.connector))
    return sumDoors([...byKey.values()].map((rows) => messaged(table, rows, (r) => hasSeen(r.table, r.id, r.version))));
  const there = new Map((await standing()).map((r) => [r.key, r]));
  return sumDoors([...byKey].map(([key, rows]) => upserted(rows, there.get(named(key)))));
};

/** By function, in the order of the plan's tables; nothing for a pipeline without such destinations. */
export const sinkBooks = async (
  plan: Plan,
  destinations: DestinationsHere | null,
  refined: readonly FreshRow[],
  sides: SideDoors,
): Promise<{ readonly stages: Readonly<Record<string, Doors>>; readonly faults: readonly string[] }> => {
  const tables = new Map(outside(plan).map((t) => [t.name, t]));
  if (destinations === null || tables.size === 0) return { stages: {}, faults: [] };
  const refused = new Set([...sides.rejected].map((r) => `${r.stage} ${r.shard} ${r.position}`));
  const sent = new Map<string, Sent[]>();
  const unread = new Map<string, number>();
  for (const { event, stamped } of refined) {
    const table = tables.get(event.type);
    if (table === undefined) continue;
    const stage = FUNCTION[table.connector] ?? '';
    const found = readSinkRow(stamped, tables);
    const { shard, position } = whereOf(stamped);
    if (found.kind === 'reject') unread.set(stage, (unread.get(stage) ?? 0) + 1);
    if (found.kind !== 'row') continue;
    const rejected = refused.has(`${stage} ${shard} ${position}`);
    getOrMake(sent, table.name, (): Sent[] => []).push({ row: found.row, rejected });
  }
  const stages: Record<string, Doors> = {};
  const faults: string[] = [];
  for (const place of destinations.places) {
    const { name, connector } = place.table;
    const doors = await ofTable(place, destinations, sent.get(name) ?? []);
    const stage = FUNCTION[connector] ?? '';
    stages[stage] = sumDoors([stages[stage] ?? NO_DOORS, doors]);
    if (!balances(doors))
      faults.push(
        `${stage}: ${name} got ${doors.in} rows, but ${doors.passed} stand there + ${doors.filtered} had no need to + ` +
          `${doors.rejected} rejected`,
      );
  }
  for (const [stage, n] of unread)
    stages[stage] = sumDoors([stages[stage] ?? NO_DOORS, { ...NO_DOORS, in: n, rejected: n }]);
  return { stages, faults };
};
