// A join of two lists of rows by equal keys; NULL meets nothing.
import { evaluator, predicate, type UserFunctions } from '../query/evaluate.ts';
import type { Expr, Rel } from '../query/plan.ts';
import type { SqlType, Value } from '../query/types.ts';
import { decimalOfInteger, keyOf } from '../query/values.ts';

type Row = readonly Value[];
type Join = Extract<Rel, { kind: 'join' }>;

const isInteger = ({ kind }: SqlType): boolean => kind === 'INT' || kind === 'BIGINT';

/** Makes numbers of two types comparable by text: SQL says that INT 1, BIGINT 1, DECIMAL 1.0 and DOUBLE 1 are equal. */
const alike = (mine: SqlType, other: SqlType): ((v: Value) => Value) => {
  if (mine.kind === other.kind || !isInteger(mine)) return (v) => v;
  if (isInteger(other)) return (v) => (v === null ? v : BigInt(v as number | bigint));
  if (other.kind === 'DECIMAL') return (v) => (v === null ? v : decimalOfInteger(BigInt(v as number | bigint)));
  return (v) => (v === null ? v : Number(v));
};

/** Text of a join key; null when a part of it is NULL. */
const keyReader = (
  keys: readonly Expr[],
  others: readonly Expr[],
  functions?: UserFunctions,
): ((row: Row) => string | null) => {
  const read = keys.map((k) => evaluator(k, functions));
  const as = keys.map((k, i) => alike(k.type, others[i]?.type ?? k.type));
  return (row) => {
    const values: Value[] = [];
    for (let i = 0; i < read.length; i++) {
      const value = read[i]?.(row) ?? null;
      if (value === null) return null;
      values.push((as[i] as (v: Value) => Value)(value));
    }
    return keyOf(values);
  };
};

const nulls = (width: number): Row => new Array<Value>(width).fill(null);

/** @returns pairs in the order of left, then right; right rows without a partner behind all others */
export const joinRows = (
  rel: Pick<Join, 'type' | 'leftKeys' | 'rightKeys' | 'on' | 'widths'>,
  functions?: UserFunctions,
): ((left: readonly Row[], right: readonly Row[]) => readonly Row[]) => {
  const { type } = rel;
  const leftKey = keyReader(rel.leftKeys, rel.rightKeys, functions);
  const rightKey = keyReader(rel.rightKeys, rel.leftKeys, functions);
  const on = predicate(rel.on, functions);
  const [noLeft, noRight] = rel.widths.map(nulls) as [Row, Row];
  const pairs = type !== 'semi' && type !== 'anti';
  const keepsLeft = type === 'left' || type === 'full';
  const keepsRight = type === 'right' || type === 'full';

  return (left, right) => {
    const byKey = new Map<string, Row[]>();
    for (const row of right) {
      const key = rightKey(row);
      if (key === null) continue;
      const mine = byKey.get(key);
      if (mine) mine.push(row);
      else byKey.set(key, [row]);
    }
    const out: Row[] = [];
    const met = new Set<Row>();
    for (const l of left) {
      const key = leftKey(l);
      const candidates = (key === null ? undefined : byKey.get(key)) ?? [];
      if (!pairs) {
        if (candidates.some((r) => on([...l, ...r])) === (type === 'semi')) out.push(l);
        continue;
      }
      let alone = true;
      for (const r of candidates) {
        const pair = [...l, ...r];
        if (!on(pair)) continue;
        alone = false;
        if (keepsRight) met.add(r);
        out.push(pair);
      }
      if (alone && keepsLeft) out.push([...l, ...noRight]);
    }
    if (keepsRight) for (const r of right) if (!met.has(r)) out.push([...noLeft, ...r]);
    return out;
  };
};
