// States of one aggregate by group, in arrays of numbers where they are numbers. Each gives the states that the plain fold gives
// (fold/fold.ts), bit by bit, since the rows come in the same order. Queries are folded one after the other, so those with the same
// aggregate share its arrays.
import { addDouble, type DoubleSum } from '../../../fold/double-sum.ts';
import { type Fold, foldOf, type State } from '../../../fold/fold.ts';
import type { JsonWriter } from '../../../fold/json-bytes.ts';
import { type Evaluator, evaluator } from '../../../query/evaluate.ts';
import type { Aggregate } from '../../../query/plan.ts';
import { type BatchColumn, NumberColumn } from './column.ts';
import type { PlainRows } from './rows.ts';

export type Accumulator = {
  /** Forgets all; groups are numbered below `size`. */
  begin(size: number): void;
  /** Adds rows[0..n), in order. */
  add(rows: Int32Array, n: number, groups: Int32Array): void;
  /** The states of some[0..n), with commas between them. */
  write(some: Int32Array, n: number, out: JsonWriter): void;
};

const NULL = 'null';
const COMMA = 0x2c;

/** COUNT(*), and COUNT of a number column. */
class Count implements Accumulator {
  counts = new Int32Array(0);
  readonly of: NumberColumn | null;
  constructor(of: NumberColumn | null) {
    this.of = of;
  }
  begin(size: number): void {
    if (this.counts.length < size) this.counts = new Int32Array(2 * size);
    else this.counts.fill(0, 0, size);
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    const { counts, of } = this;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      if (of !== null && of.nulls[row] === 1) continue;
      const group = groups[row] as number;
      counts[group] = (counts[group] as number) + 1;
    }
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    const n = this.counts[group] as number;
    if (n === 0) out.ascii(NULL);
    else out.number(n);
  }
}

/** Parts of an exact sum that have a place in the arrays; hardly any sum of amounts has more. */
const PARTS = 4;
/** Its state stands in `rare`. */
const RARE = 255;

/** SUM of DOUBLE: exact-sum.ts in place. What is no sum of finite numbers, or has many parts, goes the plain way. */
class DoubleTotal implements Accumulator {
  parts = new Float64Array(0);
  lengths = new Uint8Array(0);
  private readonly rare = new Map<number, DoubleSum>();
  readonly of: NumberColumn;
  constructor(of: NumberColumn) {
    this.of = of;
  }
  begin(size: number): void {
    this.rare.clear();
    if (this.lengths.length < size) {
      this.lengths = new Uint8Array(2 * size);
      this.parts = new Float64Array(2 * size * PARTS);
    } else this.lengths.fill(0, 0, size);
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    const { parts, lengths } = this;
    const { values, nulls } = this.of;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      if (nulls[row] === 1) continue;
      const group = groups[row] as number;
      const length = lengths[group] as number;
      const x = values[row] as number;
      if (length >= PARTS || !Number.isFinite(x) || (x === 0 && Object.is(x, -0))) {
        this.addRare(group, x);
        continue;
      }
      const first = group * PARTS;
      let to = first;
      let carry = x;
      // Until the total is known to be finite nothing of the state may be lost, so the usual lengths are written out.
      if (length === 1) {
        const y = parts[first] as number;
        const isLess = Math.abs(carry) < Math.abs(y);
        const high = carry + y;
        const low = isLess ? carry - (high - y) : y - (high - carry);
        if (!Number.isFinite(high)) {
          this.addRare(group, x);
          continue;
        }
        if (low !== 0) parts[to++] = low;
        carry = high;
      } else if (length > 1) {
        const last = parts[first + length - 1] as number;
        if (!Number.isFinite(Math.abs(last) * 2 + Math.abs(x) * 2)) {
          this.addRare(group, x);
          continue;
        }
        for (let p = first; p < first + length; p++) {
          const y = parts[p] as number;
          const isLess = Math.abs(carry) < Math.abs(y);
          const high = carry + y;
          const low = isLess ? carry - (high - y) : y - (high - carry);
          if (low !== 0) parts[to++] = low;
          carry = high;
        }
      }
      parts[to++] = carry;
      lengths[group] = to - first;
    }
  }
  private stateOf(group: number): DoubleSum {
    const length = this.lengths[group] as number;
    if (length === RARE) return this.rare.get(group) ?? null;
    return length === 0 ? null : [...this.parts.subarray(group * PARTS, group * PARTS + length)];
  }
  private addRare(group: number, x: number): void {
    this.rare.set(group, addDouble(this.stateOf(group), x));
    this.lengths[group] = RARE;
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    const length = this.lengths[group] as number;
    if (length === 0) {
      out.ascii(NULL);
      return;
    }
    if (length === RARE) {
      out.json(JSON.stringify(this.stateOf(group)));
      return;
    }
    out.byte(0x5b);
    for (let i = 0; i < length; i++) {
      if (i > 0) out.byte(0x2c);
      out.number(this.parts[group * PARTS + i] as number);
    }
    out.byte(0x5d);
  }
}

/** SUM of INT: 2^21 rows of a batch stay safe integers. */
class IntTotal implements Accumulator {
  totals = new Float64Array(0);
  seen = new Uint8Array(0);
  readonly of: NumberColumn;
  constructor(of: NumberColumn) {
    this.of = of;
  }
  begin(size: number): void {
    if (this.seen.length < size) {
      this.seen = new Uint8Array(2 * size);
      this.totals = new Float64Array(2 * size);
    } else {
      this.seen.fill(0, 0, size);
      this.totals.fill(0, 0, size);
    }
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    const { totals, seen } = this;
    const { values, nulls } = this.of;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      if (nulls[row] === 1) continue;
      const group = groups[row] as number;
      totals[group] = (totals[group] as number) + (values[row] as number);
      seen[group] = 1;
    }
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    if (this.seen[group] === 0) out.ascii(NULL);
    else out.number(this.totals[group] as number);
  }
}

/** MIN and MAX of numbers: NaN is above all others, -0 below 0. */
class Extreme implements Accumulator {
  best = new Float64Array(0);
  seen = new Uint8Array(0);
  readonly of: NumberColumn;
  readonly least: boolean;
  constructor(of: NumberColumn, least: boolean) {
    this.of = of;
    this.least = least;
  }
  begin(size: number): void {
    if (this.seen.length < size) {
      this.seen = new Uint8Array(2 * size);
      this.best = new Float64Array(2 * size);
    } else this.seen.fill(0, 0, size);
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    const { best, seen, least } = this;
    const { values, nulls } = this.of;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      if (nulls[row] === 1) continue;
      const group = groups[row] as number;
      const x = values[row] as number;
      if (seen[group] === 0) {
        seen[group] = 1;
        best[group] = x;
        continue;
      }
      const y = best[group] as number;
      if (least ? isBelow(x, y) : isBelow(y, x)) best[group] = x;
    }
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    if (this.seen[group] === 0) {
      out.ascii(NULL);
      return;
    }
    const x = this.best[group] as number;
    if (!Number.isFinite(x)) out.json(`"${x}"`);
    else if (x === 0 && Object.is(x, -0)) out.ascii('"-0"');
    else out.number(x);
  }
}
const isBelow = (x: number, y: number): boolean =>
  x < y || (x === y ? x === 0 && Object.is(x, -0) && !Object.is(y, -0) : Number.isNaN(y) && !Number.isNaN(x));

/** AVG of numbers: [sum, count]. */
class Average implements Accumulator {
  readonly sum: DoubleTotal | IntTotal;
  readonly count: Count;
  constructor(sum: DoubleTotal | IntTotal, count: Count) {
    this.sum = sum;
    this.count = count;
  }
  begin(size: number): void {
    this.sum.begin(size);
    this.count.begin(size);
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    this.sum.add(rows, n, groups);
    this.count.add(rows, n, groups);
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    if (this.count.counts[group] === 0) {
      out.ascii(NULL);
      return;
    }
    out.byte(0x5b);
    this.sum.one(group, out);
    out.byte(0x2c);
    this.count.one(group, out);
    out.byte(0x5d);
  }
}

/** All others, by the plain fold. */
class Plain implements Accumulator {
  states: State[] = [];
  readonly fold: Fold;
  readonly argument: Evaluator | null;
  private readonly rows: PlainRows;
  constructor(aggregate: Aggregate, rows: PlainRows) {
    this.fold = foldOf(aggregate);
    this.argument = aggregate.arg === null ? null : evaluator(aggregate.arg);
    this.rows = rows;
  }
  begin(size: number): void {
    this.states = new Array<State>(size).fill(null);
  }
  add(rows: Int32Array, n: number, groups: Int32Array): void {
    const { states, fold, argument } = this;
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number;
      const v = argument === null ? true : argument(this.rows.at(row));
      if (v === null) continue;
      const group = groups[row] as number;
      states[group] = fold.add(states[group] as State, v);
    }
  }
  write(some: Int32Array, n: number, out: JsonWriter): void {
    for (let i = 0; i < n; i++) {
      if (i > 0) out.byte(COMMA);
      this.one(some[i] as number, out);
    }
  }
  one(group: number, out: JsonWriter): void {
    out.json(JSON.stringify(this.states[group]));
  }
}

/** @param columns by slot */
export const accumulatorOf = (a: Aggregate, columns: readonly BatchColumn[], rows: PlainRows): Accumulator => {
  if (a.distinct) return new Plain(a, rows);
  if (a.arg === null) return new Count(null);
  const column = a.arg.kind === 'slot' ? columns[a.arg.slot] : undefined;
  if (!(column instanceof NumberColumn)) return new Plain(a, rows);
  const total = () => (a.arg?.type.kind === 'INT' ? new IntTotal(column) : new DoubleTotal(column));
  switch (a.fn) {
    case 'COUNT':
      return new Count(column);
    case 'SUM':
      return total();
    case 'AVG':
      return new Average(total(), new Count(column));
    case 'MIN':
    case 'MAX':
      return new Extreme(column, a.fn === 'MIN');
    default:
      return a.fn satisfies never;
  }
};
