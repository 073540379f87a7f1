// Whether two bags of rows are one. DOUBLE may differ in its last digits: a sum of them hangs on the order.
import type { TableColumn } from '../../shared/query/plan.ts';

const TOLERANCE = 1e-9;

const close = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));

const counted = (rows: readonly string[]): Map<string, number> => {
  const out = new Map<string, number>();
  for (const row of rows) out.set(row, (out.get(row) ?? 0) + 1);
  return out;
};

/** What one bag has beyond the other. */
const beyond = (rows: readonly string[], others: ReadonlyMap<string, number>): string[] => {
  const left = new Map(others);
  return rows.filter((row) => {
    const n = left.get(row) ?? 0;
    left.set(row, n - 1);
    return n <= 0;
  });
};

type Split = { readonly rest: string; readonly doubles: readonly number[] };

const split = (row: string, names: readonly string[]): Split => {
  const all = JSON.parse(row) as Record<string, unknown>;
  const doubles = names.map((name) => Number(all[name] ?? Number.NaN));
  return { rest: JSON.stringify({ ...all, ...Object.fromEntries(names.map((n) => [n, all[n] === null])) }), doubles };
};

/** Rows of both bags that find no equal in the other. */
export const differences = (
  ours: readonly string[],
  theirs: readonly string[],
  columns: readonly TableColumn[],
): { readonly ours: readonly string[]; readonly theirs: readonly string[] } => {
  const mine = beyond(ours, counted(theirs));
  const other = beyond(theirs, counted(ours));
  const names = columns.filter((c) => c.type.kind === 'DOUBLE').map((c) => c.name);
  if (names.length === 0) return { ours: mine, theirs: other };
  const open = other.map((row) => ({ row, ...split(row, names) }));
  const left = mine.filter((row) => {
    const own = split(row, names);
    const at = open.findIndex(
      (o) =>
        o.rest === own.rest && o.doubles.every((d, i) => Number.isNaN(d) || close(d, own.doubles[i] ?? Number.NaN)),
    );
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  return { ours: left, theirs: open.map((o) => o.row) };
};
