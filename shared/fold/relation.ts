// Relations over the rows of one window. Every operator gives its rows in an order that follows from the order of its input and from
// the rows' values alone, so that rows have the same numbers whenever the window is computed.
import { evaluator, predicate, type UserFunctions } from '../query/evaluate.ts';
import type { Expr, Rel } from '../query/plan.ts';
import type { Value } from '../query/types.ts';
import { aggregateFold, type States } from './aggregate-fold.ts';
import { joinRows } from './join-rows.ts';
import { rowOrder } from './order.ts';
import { decodeKey, encodeKey } from './value-code.ts';

type Row = readonly Value[];
/** Rows of each fold, in the order of arrival, or of the keys' text where aggregates are kept. */
export type Sources = readonly (readonly Row[])[];
/** @throws what the relation's expressions throw */
export type Relation = (sources: Sources) => readonly Row[];

type Of<K extends Rel['kind']> = Extract<Rel, { kind: K }>;
type Compile = (rel: Rel) => Relation;

const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const keyText = (exprs: readonly Expr[], functions?: UserFunctions): ((row: Row) => string) => {
  const keys = exprs.map((k) => evaluator(k, functions));
  const types = exprs.map((k) => k.type);
  return (row) =>
    encodeKey(
      types,
      keys.map((k) => k(row)),
    );
};

/** In the order of the keys' text. */
const group = (rel: Of<'group'>, of: Relation, functions?: UserFunctions): Relation => {
  const keyOf = keyText(rel.keys, functions);
  const types = rel.keys.map((k) => k.type);
  const fold = aggregateFold(rel.aggregates, functions);
  return (sources) => {
    const groups = new Map<string, States>();
    for (const row of of(sources)) {
      const key = keyOf(row);
      let states = groups.get(key);
      if (states === undefined) {
        states = fold.none();
        groups.set(key, states);
      }
      fold.add(states, fold.args(row));
    }
    return [...groups].sort(byText).map(([key, states]) => [...decodeKey(types, key), ...fold.results(states)]);
  };
};

/** Partitions in the order of their keys' text, each by rank. A tie goes by the order of the input: arrival, or the keys' text. */
const rank = (rel: Of<'rank'>, of: Relation, functions?: UserFunctions): Relation => {
  const keyOf = keyText(rel.partition, functions);
  const order = rowOrder(rel.order, functions);
  const sign = rel.latestFirst ? -1 : 1;
  return (sources) => {
    const partitions = new Map<string, { row: Row; keys: Row; at: number }[]>();
    of(sources).forEach((row, at) => {
      const key = keyOf(row);
      const ranked = { row, keys: order.keysOf(row), at };
      const mine = partitions.get(key);
      if (mine) mine.push(ranked);
      else partitions.set(key, [ranked]);
    });
    return [...partitions].sort(byText).flatMap(([, rows]) =>
      rows
        .sort((a, b) => order.compare(a.keys, b.keys) || sign * (a.at - b.at))
        .slice(rel.from - 1, rel.to)
        .map(({ row }, i) => [...row, BigInt(rel.from + i)]),
    );
  };
};

/** @throws TypeError at once, when the plan calls a function that this version does not know */
export const relation = (rel: Rel, functions?: UserFunctions): Relation => {
  const compile: Compile = (r) => relation(r, functions);
  switch (rel.kind) {
    case 'fold':
      return (sources) => sources[rel.fold] ?? [];
    case 'filter': {
      const [of, keeps] = [compile(rel.of), predicate(rel.where, functions)];
      return (sources) => of(sources).filter(keeps);
    }
    case 'project': {
      const [of, select] = [compile(rel.of), rel.select.map((e) => evaluator(e, functions))];
      return (sources) => of(sources).map((row) => select.map((s) => s(row)));
    }
    case 'group':
      return group(rel, compile(rel.of), functions);
    case 'join': {
      const [left, right, join] = [compile(rel.left), compile(rel.right), joinRows(rel, functions)];
      return (sources) => join(left(sources), right(sources));
    }
    case 'rank':
      return rank(rel, compile(rel.of), functions);
    case 'union': {
      const all = rel.of.map(compile);
      return (sources) => all.flatMap((of) => of(sources));
    }
    default:
      return rel satisfies never;
  }
};
