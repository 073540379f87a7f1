// Relations over the rows of one window, in plain lists: joins by looking at every pair of equal keys, ranks by sorting a list. It shares no code with
// the relations of `refine`; only the order of the rows is the one that plan.ts promises, since rows without a key are told apart by it.
import { encodeKey } from '../../fold/value-code.ts';
import { evaluator, predicate, type UserFunctions } from '../../query/evaluate.ts';
import type { Expr, Order, Rel } from '../../query/plan.ts';
import type { Decimal, SqlType, Value } from '../../query/types.ts';
import { compareValues, keyOf } from '../../query/values.ts';
import { aggregateOf } from './plain-aggregate.ts';

export type Row = readonly Value[];
type Of<K extends Rel['kind']> = Extract<Rel, { kind: K }>;

/** Evaluates expressions; each is compiled once. */
export const evaluating = (functions?: UserFunctions) => {
  const known = new Map<Expr, (row: Row) => Value>();
  return (e: Expr, row: Row): Value => {
    let run = known.get(e);
    if (run === undefined) {
      run = evaluator(e, functions);
      known.set(e, run);
    }
    return run(row);
  };
};
export type Evaluate = ReturnType<typeof evaluating>;

/** By one column after the other; NULL where the query says. */
export const inOrderOf =
  (order: readonly Order[], value: Evaluate) =>
  (a: Row, b: Row): number => {
    for (const o of order) {
      const [x, y] = [value(o.expr, a), value(o.expr, b)];
      if (x === null && y === null) continue;
      if (x === null || y === null) return (x === null) === o.nullsFirst ? -1 : 1;
      const by = compareValues(x, y);
      if (by !== 0) return o.descending ? -by : by;
    }
    return 0;
  };

/** A number as text, the same for 1, 1.0 and 1.00. */
const plainNumber = (v: Value): string => {
  if (typeof v !== 'object' || v === null) return String(v);
  const { unscaled, scale } = v as Decimal;
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const [whole, part] = [
    digits.slice(0, digits.length - scale),
    digits.slice(digits.length - scale).replace(/0+$/, ''),
  ];
  return `${sign}${whole}${part === '' ? '' : `.${part}`}`;
};

const NUMBERS = ['INT', 'BIGINT', 'DECIMAL', 'DOUBLE'];

/** What meets what in a join: null meets nothing; numbers of two types meet by their value. */
export const meetingKey = (
  values: readonly Value[],
  mine: readonly SqlType[],
  theirs: readonly SqlType[],
): string | null => {
  if (values.includes(null)) return null;
  const parts = values.map((v, i) => {
    const kinds = [mine[i]?.kind ?? '', theirs[i]?.kind ?? ''];
    if (!kinds.every((k) => NUMBERS.includes(k))) return keyOf([v]);
    return kinds.includes('DOUBLE') ? String(Number(plainNumber(v)) + 0) : plainNumber(v);
  });
  return JSON.stringify(parts);
};

const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/** Groups in the order of their keys' text. */
export const groupsOf = <T>(
  rows: readonly T[],
  keys: readonly Expr[],
  valuesOf: (t: T) => Row,
  value: Evaluate,
): readonly (readonly [key: string, keys: Row, rows: readonly T[]])[] => {
  const types = keys.map((k) => k.type);
  const rowKeys = (t: T): Row => keys.map((k) => value(k, valuesOf(t)));
  return [...Map.groupBy(rows, (t) => encodeKey(types, rowKeys(t)))]
    .sort(byText)
    .map(([key, all]) => [key, rowKeys(all[0] as T), all] as const);
};

export const aggregatesOf = (aggregates: Of<'group'>['aggregates'], rows: readonly Row[], value: Evaluate): Row =>
  aggregates.map((a) =>
    aggregateOf(
      a,
      rows
        .filter((r) => a.filter === null || value(a.filter, r) === true)
        .map((r) => (a.arg === null ? true : value(a.arg, r))),
    ),
  );

const join = (rel: Of<'join'>, left: readonly Row[], right: readonly Row[], value: Evaluate): readonly Row[] => {
  const [mine, theirs] = [rel.leftKeys.map((k) => k.type), rel.rightKeys.map((k) => k.type)];
  const keyed = Map.groupBy(right, (r) =>
    meetingKey(
      rel.rightKeys.map((k) => value(k, r)),
      theirs,
      mine,
    ),
  );
  const isPair = (l: Row, r: Row): boolean => rel.on === null || value(rel.on, [...l, ...r]) === true;
  const partners = left.map((l) => {
    const key = meetingKey(
      rel.leftKeys.map((k) => value(k, l)),
      mine,
      theirs,
    );
    return key === null ? [] : (keyed.get(key) ?? []).filter((r) => isPair(l, r));
  });
  if (rel.type === 'semi' || rel.type === 'anti')
    return left.filter((_, i) => (partners[i] as Row[]).length > 0 === (rel.type === 'semi'));
  const [noLeft, noRight] = rel.widths.map((n): Row => Array<Value>(n).fill(null)) as [Row, Row];
  const met = new Set(partners.flat());
  const pairs = left.flatMap((l, i): readonly Row[] => {
    const mine = partners[i] as Row[];
    if (mine.length > 0) return mine.map((r) => [...l, ...r]);
    return rel.type === 'left' || rel.type === 'full' ? [[...l, ...noRight]] : [];
  });
  const alone = rel.type === 'right' || rel.type === 'full' ? right.filter((r) => !met.has(r)) : [];
  return [...pairs, ...alone.map((r) => [...noLeft, ...r])];
};

const rank = (rel: Of<'rank'>, rows: readonly Row[], value: Evaluate): readonly Row[] => {
  const compare = inOrderOf(rel.order, value);
  const numbered = rows.map((row, at) => ({ row, at }));
  return groupsOf(numbered, rel.partition, (n) => n.row, value).flatMap(([, , all]) =>
    [...all]
      .sort((a, b) => compare(a.row, b.row) || (rel.latestFirst ? b.at - a.at : a.at - b.at))
      .map(({ row }, i): Row => [...row, BigInt(i + 1)])
      .slice(rel.from - 1, rel.to),
  );
};

/** @throws what the relation's expressions throw */
export const relationRows = (
  rel: Rel,
  sources: readonly (readonly Row[])[],
  value: Evaluate,
  functions?: UserFunctions,
): readonly Row[] => {
  const rowsOf = (of: Rel): readonly Row[] => relationRows(of, sources, value, functions);
  switch (rel.kind) {
    case 'fold':
      return sources[rel.fold] ?? [];
    case 'filter':
      return rowsOf(rel.of).filter(predicate(rel.where, functions));
    case 'project':
      return rowsOf(rel.of).map((row) => rel.select.map((e) => value(e, row)));
    case 'group':
      return groupsOf(rowsOf(rel.of), rel.keys, (row) => row, value).map(([, keys, rows]) => [
        ...keys,
        ...aggregatesOf(rel.aggregates, rows, value),
      ]);
    case 'join':
      return join(rel, rowsOf(rel.left), rowsOf(rel.right), value);
    case 'rank':
      return rank(rel, rowsOf(rel.of), value);
    case 'union':
      return rel.of.flatMap(rowsOf);
    default:
      return rel satisfies never;
  }
};
