// WHERE and FILTER over a batch: loops over one column for the usual forms, the plain evaluator for the others. All of them are calm
// (fits.ts), so the conditions of an AND may be asked one after the other.
import { evaluator, predicate } from '../../../query/evaluate.ts';
import type { Expr } from '../../../query/plan.ts';
import type { Value } from '../../../query/types.ts';
import { type BatchColumn, CodedColumn, NumberColumn } from './column.ts';
import type { PlainRows } from './rows.ts';

/** Puts the rows of from[0..n) that pass into `to`, which may be `from`. @returns how many */
export type Condition = (from: Int32Array, n: number, to: Int32Array) => number;

const conjuncts = (e: Expr): readonly Expr[] => (e.kind === 'call' && e.fn === 'AND' ? e.args.flatMap(conjuncts) : [e]);

const slotsOf = (e: Expr): readonly number[] =>
  e.kind === 'slot' ? [e.slot] : e.kind === 'literal' ? [] : e.args.flatMap(slotsOf);

const FLIPPED: Readonly<Record<string, string>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

const LESS = 1;
const SAME = 2;
const MORE = 4;
/** NaN, against any number. */
const APART = 8;
const PASSES: Readonly<Record<string, number>> = {
  '=': SAME,
  '<>': LESS | MORE | APART,
  '<': LESS,
  '<=': LESS | SAME,
  '>': MORE,
  '>=': MORE | SAME,
};

/** A number column against a number. */
const against =
  (column: NumberColumn, passes: number, by: number): Condition =>
  (from, n, to) => {
    const { values, nulls } = column;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const row = from[i] as number;
      const x = values[row] as number;
      const is = x < by ? LESS : x > by ? MORE : x === by ? SAME : APART;
      if ((is & passes) !== 0 && nulls[row] === 0) to[kept++] = row;
    }
    return kept;
  };

const ofNumber = (e: Expr, columns: readonly BatchColumn[]): Condition | undefined => {
  if (e.kind !== 'call' || e.args.length !== 2) return undefined;
  const [a, b] = e.args as readonly [Expr, Expr];
  const [slot, other, fn] = a.kind === 'slot' ? [a, b, e.fn] : [b, a, FLIPPED[e.fn]];
  if (slot.kind !== 'slot' || fn === undefined || FLIPPED[fn] === undefined || slotsOf(other).length > 0)
    return undefined;
  const column = columns[slot.slot];
  if (!(column instanceof NumberColumn)) return undefined;
  const by = evaluator(other)([]);
  if (by === null) return () => 0;
  return typeof by === 'number' ? against(column, PASSES[fn] as number, by) : undefined;
};

/** A condition on one coded column is asked once for each value. */
const ofCodes = (e: Expr, columns: readonly BatchColumn[]): Condition | undefined => {
  const [slot, ...more] = new Set(slotsOf(e));
  const column = slot === undefined || more.length > 0 ? undefined : columns[slot];
  if (!(column instanceof CodedColumn)) return undefined;
  const test = predicate(e);
  const row: Value[] = columns.map(() => null);
  const { dictionary } = column;
  let generation = dictionary.generation;
  /** By code; 0: not asked, 1: passes, 2: does not. */
  let answers = new Uint8Array(64);
  const ask = (code: number): boolean => {
    if (code >= answers.length) {
      const grown = new Uint8Array(2 * code);
      grown.set(answers);
      answers = grown;
    }
    row[slot as number] = dictionary.values[code] ?? null;
    const passes = test(row);
    answers[code] = passes ? 1 : 2;
    return passes;
  };
  return (from, n, to) => {
    if (generation !== dictionary.generation) answers.fill(0);
    generation = dictionary.generation;
    const { codes } = column;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const at = from[i] as number;
      const code = codes[at] as number;
      const known = code < answers.length ? answers[code] : 0;
      if (known === 1 || (known === 0 && ask(code))) to[kept++] = at;
    }
    return kept;
  };
};

const plainly = (e: Expr, rows: PlainRows): Condition => {
  const test = predicate(e);
  return (from, n, to) => {
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const row = from[i] as number;
      if (test(rows.at(row))) to[kept++] = row;
    }
    return kept;
  };
};

/** @returns null when every row passes */
export const conditionOf = (e: Expr | null, columns: readonly BatchColumn[], rows: PlainRows): Condition | null => {
  if (e === null) return null;
  const all = conjuncts(e).map((c) => ofNumber(c, columns) ?? ofCodes(c, columns) ?? plainly(c, rows));
  const [only, ...more] = all as [Condition, ...Condition[]];
  if (more.length === 0) return only;
  return (from, n, to) => more.reduce((left, next) => next(to, left, to), only(from, n, to));
};
