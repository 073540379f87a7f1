// Rows of window queries by DuckDB. It is a dev dependency: where it is not installed, the reference evaluator takes its place.
import { evaluator, predicate, type UserFunctions } from '../../shared/query/evaluate.ts';
import type { Aggregate, WindowQuery } from '../../shared/query/plan.ts';
import type { Decimal, SqlType, Value } from '../../shared/query/types.ts';
import {
  decimalOfInteger,
  decimalText,
  divideDecimal,
  fitDecimal,
  keyOf,
  parseDecimal,
  rescale,
} from '../../shared/query/values.ts';
import type { Compute } from '../../shared/steps/verify/recompute.ts';
import { type InRow, type OutRow, windowId } from '../../shared/steps/verify/window-rows.ts';
import { windowSql } from './window-sql.ts';

type Row = readonly (string | null)[];
type Engine = typeof import('@duckdb/node-api');

/** undefined: it is not installed. */
export const loadDuckDb = async (): Promise<Engine | undefined> => {
  try {
    return await import('@duckdb/node-api');
  } catch {
    return undefined;
  }
};

const readAs = (text: string | null, type: SqlType): Value => {
  if (text === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      return text === 'true';
    case 'BIGINT':
      return BigInt(text);
    case 'DECIMAL':
      return rescale(parseDecimal(text) as Decimal, type.scale);
    case 'STRING':
      return text;
    default:
      return Number(text);
  }
};

const integer = (text: string, type: SqlType): Value =>
  type.kind === 'INT' ? Number(BigInt.asIntN(32, BigInt(text))) : BigInt.asIntN(64, BigInt(text));

/** What the columns of one aggregate say, in the type that Flink gives it. */
const resultOf = (a: Aggregate, [first = null, count = null]: Row): Value => {
  if (a.fn === 'COUNT') return BigInt(first ?? 0);
  if (first === null) return null;
  const argument = a.arg?.type as SqlType;
  if (a.fn === 'MIN' || a.fn === 'MAX') return readAs(first, argument);
  if (a.fn === 'SUM')
    return a.type.kind === 'DECIMAL' ? rescale(parseDecimal(first) as Decimal, a.type.scale) : integer(first, a.type);
  const n = BigInt(count ?? 0);
  if (a.type.kind !== 'DECIMAL') return integer(String(BigInt.asIntN(64, BigInt(first)) / n), a.type);
  return fitDecimal(divideDecimal(parseDecimal(first) as Decimal, decimalOfInteger(n)), a.type.precision, a.type.scale);
};

const WIDTH = { AVG: 2, SUM: 1, MIN: 1, MAX: 1, COUNT: 1 } as const;

/** @throws DoesNotFit when the query does not fit */
export const duckDb = (engine: Engine, functions?: UserFunctions): Compute => {
  const rowsOf = async (q: WindowQuery, rows: readonly InRow[]): Promise<readonly Row[]> => {
    const { create, slots, select } = windowSql(q);
    const instance = await engine.DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      await connection.run(create);
      const into = await connection.createAppender('rows');
      for (const r of rows) {
        for (const ms of [r.time, r.clock, r.clockAtMost]) into.appendBigInt(BigInt(ms));
        into.appendBoolean(r.sure);
        for (const { slot, type } of slots) {
          const v = r.values[slot] ?? null;
          if (v === null) into.appendNull();
          else if (type.kind === 'BOOLEAN') into.appendBoolean(v as boolean);
          else if (type.kind === 'STRING') into.appendVarchar(v as string);
          else if (type.kind === 'DECIMAL') into.appendVarchar(decimalText(v as Decimal));
          else if (type.kind === 'INT' || type.kind === 'DATE') into.appendInteger(v as number);
          else into.appendBigInt(BigInt(v as number | bigint));
        }
        into.endRow();
      }
      into.closeSync();
      const found = await connection.runAndReadAll(select);
      return found.getRows() as readonly Row[];
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };

  return async (q, rows) => {
    const having = predicate(q.having, functions);
    const select = q.select.map((s) => evaluator(s, functions));
    return (await rowsOf(q, rows))
      .flatMap((found): readonly OutRow[] => {
        const [start, end] = [Number(found[0]), Number(found[1])];
        const keys = q.keys.map((k, i) => readAs(found[3 + i] ?? null, k.type));
        let at = 3 + q.keys.length;
        const results = q.aggregates.map((a) => {
          const from = at;
          at += WIDTH[a.fn];
          return resultOf(a, found.slice(from, at));
        });
        const row = [...keys, start, end, end - 1, ...results];
        const base = {
          id: windowId(q, start, end, keys),
          time: end - 1,
          start,
          end,
          key: keyOf(keys),
          keys,
          rows: [],
          sure: found[2] === 'sure',
        };
        try {
          if (having(row)) return [{ ...base, kept: true, values: select.map((s) => s(row)) }];
        } catch {
          return []; // it is listed among the rejected
        }
        return [{ ...base, kept: false, values: select.map((s) => quietly(s, row)) }];
      })
      .sort((a, b) => a.end - b.end || a.start - b.start || (a.key < b.key ? -1 : 1));
  };
};

const quietly = (s: (row: readonly Value[]) => Value, row: readonly Value[]): Value => {
  try {
    return s(row);
  } catch {
    return null;
  }
};
