// One expression over one row, for tables of facts.
import { checkExpr } from '../../shared/query/check/expression.ts';
import { inputScope } from '../../shared/query/check/input-scope.ts';
import { ofTable } from '../../shared/query/check/relation.ts';
import { checkTable } from '../../shared/query/check/tables.ts';
import { evaluator } from '../../shared/query/evaluate.ts';
import { parseFile } from '../../shared/query/parser/statements.ts';
import { problemsOf } from '../../shared/query/problem.ts';
import { typeText } from '../../shared/query/type-rules.ts';
import type { Value } from '../../shared/query/types.ts';
import { valueWriter } from '../../shared/query/write-value.ts';
import type { UserError } from '../../shared/user-error.ts';

const COLUMNS =
  'i INT, b BIGINT, d DOUBLE, m DECIMAL(10, 2), l DECIMAL(5, 2), s STRING, bo BOOLEAN, ts TIMESTAMP(3), tz TIMESTAMP_LTZ(3), da DATE, js STRING, nul STRING, nul_i INT';

/** What an expression is and gives: its type as Flink prints it, and its value as JSON text. Columns are those of `row`, else NULL. */
export const expression = (
  text: string,
  row: Readonly<Record<string, Value>> = {},
): { readonly type: string; readonly value: string } | { readonly mistake: string } => {
  const errors: UserError[] = [];
  const problems = problemsOf('expression.sql', errors);
  const [create, insert] = parseFile(
    `CREATE TABLE t (${COLUMNS}) WITH ('connector' = 'kinesis'); INSERT INTO t SELECT ${text} AS x FROM t`,
    problems,
  );
  const item = insert?.kind === 'insert' ? insert.query.parts[0]?.items[0] : undefined;
  if (create?.kind !== 'create-table' || item?.kind !== 'expr')
    return { mistake: errors[0]?.message ?? 'no expression' };
  const table = checkTable(create, { types: [] }, problems);
  const expr = checkExpr(item.expr, inputScope(ofTable(table, create.at), 'SELECT', problems));
  if (!expr) return { mistake: errors[0]?.message ?? 'no message' };
  const values = table.columns.map((c) => row[c.name] ?? null);
  return { type: typeText(expr.type), value: valueWriter(expr.type)(evaluator(expr)(values)) };
};
