// The rows of both sides of an interval join, by key, each list in the order of time, then of arrival.
import type { RowPlace } from '../../fold/place.ts';
import type { Code } from '../../fold/value-code.ts';
import type { EpochMs } from '../../time.ts';
import { byText } from '../ledger/partials.ts';

export const SIDES = [0, 1] as const;
export type JoinRow = readonly [time: EpochMs, place: RowPlace, ...values: Code[]];
export type SideRows = Map<string, readonly JoinRow[]>;
export type Sides = readonly [left: SideRows, right: SideRows];

/** Runs of one key's rows; then columns, so that equal things stand together: times, places, and one for each slot. */
type PackedSide = {
  readonly k: readonly [key: string, rows: number][];
  readonly t: EpochMs[];
  readonly a: RowPlace[];
  readonly v: readonly Code[][];
};
export type PackedSides = readonly [left: PackedSide, right: PackedSide];

export const emptySides = (): Sides => [new Map(), new Map()];

const isBefore = (a: JoinRow, b: JoinRow): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** Two sorted lists as one. */
const merged = (a: readonly JoinRow[], b: readonly JoinRow[]): readonly JoinRow[] => {
  const [last, first] = [a.at(-1), b[0]];
  if (last === undefined) return b;
  if (first === undefined) return a;
  if (isBefore(last, first)) return a.concat(b);
  const out: JoinRow[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [x, y] = [a[i], b[j]];
    if (y === undefined || (x !== undefined && isBefore(x, y))) {
      out.push(x as JoinRow);
      i++;
    } else {
      out.push(y);
      j++;
    }
  }
  return out;
};

/** A commutative monoid: no two rows of a side have one place. */
export const mergeRows = (side: SideRows, key: string, rows: readonly JoinRow[]): void => {
  side.set(key, merged(side.get(key) ?? [], rows));
};

const packSide = (side: SideRows): PackedSide => {
  const all = [...side].sort(byText);
  const rows = all.flatMap(([, mine]) => mine);
  const width = (rows[0]?.length ?? 2) - 2;
  return {
    k: all.map(([key, mine]) => [key, mine.length]),
    t: rows.map(([time]) => time),
    a: rows.map(([, place]) => place),
    v: Array.from({ length: width }, (_, i) => rows.map((row) => row[i + 2] as Code)),
  };
};
export const packSides = ([left, right]: Sides): PackedSides => [packSide(left), packSide(right)];

const sideIn = (p: PackedSide): SideRows => {
  let at = 0;
  const rowAt = (i: number): JoinRow => [p.t[i] as EpochMs, p.a[i] as RowPlace, ...p.v.map((c) => c[i] as Code)];
  return new Map(
    p.k.map(([key, n]) => {
      const from = at;
      at += n;
      return [key, Array.from({ length: n }, (_, i) => rowAt(from + i))];
    }),
  );
};
export const sidesIn = ([left, right]: PackedSides): Sides => [sideIn(left), sideIn(right)];
