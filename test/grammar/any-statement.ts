// Any statement that the parser can give.
import fc from 'fast-check';
import type {
  ComputedNode,
  ExprNode,
  From,
  GroupNode,
  QueryNode,
  Select,
  SelectItem,
  Statement,
  WindowArg,
} from '../../shared/query/ast.ts';
import { AT, anyExprOver, anyIdent, anyIdents, anyText, anyType, DEPTH, ident } from './any-expression.ts';

const alias = fc.option(anyIdent);

/** Alias and column names, which need one. */
const named = fc
  .tuple(alias, fc.option(anyIdents))
  .map(([name, columns]) => ({ alias: name, columns: name ? columns : null }));

const { query: anyQuery, expr: anyExpr } = fc.letrec<{
  query: QueryNode;
  select: Select;
  from: From;
  join: From;
  expr: ExprNode;
}>((tie) => {
  const e = tie('expr');
  const bare = e.filter((expr) => !JSON.stringify(expr).includes('"kind":"in-query"'));
  const item = fc.oneof(
    DEPTH,
    { weight: 1, arbitrary: alias.map((table): SelectItem => ({ kind: 'star', table, at: AT })) },
    {
      weight: 4,
      arbitrary: fc.tuple(e, alias).map(([expr, a]): SelectItem => ({ kind: 'expr', expr, alias: a, at: AT })),
    },
  );
  const arg = fc
    .tuple(
      alias,
      fc.oneof(
        fc
          .record({ table: anyIdent, partitionBy: fc.array(anyIdent, { maxLength: 2 }) })
          .map((r): WindowArg['value'] => ({ kind: 'table', ...r, at: AT })),
        anyIdents.map((columns): WindowArg['value'] => ({ kind: 'descriptor', columns, at: AT })),
        e.map((expr): WindowArg['value'] => ({ kind: 'expr', expr, at: AT })),
      ),
    )
    .map(([name, value]): WindowArg => ({ name, value }));
  const list = fc.array(e, { maxLength: 2 }).map((exprs): GroupNode => ({ kind: 'list', exprs, at: AT }));
  const lists = fc.array(fc.array(e, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 });
  const cube = fc
    .tuple(fc.constantFrom('rollup' as const, 'cube' as const), lists)
    .map(([kind, l]): GroupNode => ({ kind, lists: l, at: AT }));
  const sets = fc
    .array(fc.oneof(list, cube), { minLength: 1, maxLength: 3 })
    .map((s): GroupNode => ({ kind: 'sets', sets: s, at: AT }));
  const group = fc.oneof(
    DEPTH,
    fc.constant<GroupNode>({ kind: 'list', exprs: [], at: AT }),
    e.map((expr): GroupNode => ({ kind: 'expr', expr, at: AT })),
    fc.constant<GroupNode>({ kind: 'list', exprs: [], at: AT }),
    sets,
    cube,
  );
  return {
    expr: anyExprOver(tie('query')),
    from: fc.oneof(
      DEPTH,
      fc.record({ table: anyIdent, alias }).map((r): From => ({ kind: 'table', ...r, at: AT })),
      fc
        .record({
          fn: fc.constantFrom('TUMBLE', 'HOP', 'tumble', 'my fn').map(ident),
          args: fc.array(arg, { minLength: 1, maxLength: 4 }),
          alias,
        })
        .map((r): From => ({ kind: 'window', ...r, at: AT })),
      fc.tuple(tie('query'), named).map(([query, n]): From => ({ kind: 'query', query, ...n, at: AT })),
      tie('join'),
    ),
    join: fc
      .record({
        type: fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const, 'cross' as const),
        left: tie('from'),
        right: fc.oneof(
          DEPTH,
          tie('from'),
          fc.record({ table: anyIdent, time: bare, alias }).map((r): From => ({ kind: 'as-of', ...r, at: AT })),
          fc
            .tuple(e, fc.boolean(), named)
            .map(([expr, ordinality, n]): From => ({ kind: 'unnest', expr, ordinality, ...n, at: AT })),
        ),
        on: e,
      })
      .map((r): From => ({ kind: 'join', ...r, on: r.type === 'cross' ? null : r.on, at: AT })),
    select: fc
      .record({
        distinct: fc.boolean().map((d) => (d ? AT : null)),
        items: fc.array(item, { minLength: 1, maxLength: 3 }),
        from: tie('from'),
        where: fc.option(e, { freq: 1, ...DEPTH }),
        groupBy: fc.option(fc.array(group, { minLength: 1, maxLength: 2 }), { freq: 1, ...DEPTH }),
        having: fc.option(e, { freq: 1, ...DEPTH }),
      })
      .map((r): Select => ({ kind: 'select', ...r, at: AT })),
    query: fc
      .record({
        with: fc.oneof(
          DEPTH,
          fc.constant([]),
          fc.array(fc.record({ name: anyIdent, columns: fc.option(anyIdents), query: tie('query') }), {
            minLength: 1,
            maxLength: 2,
          }),
        ),
        parts: fc.array(tie('select'), { minLength: 1, maxLength: 2 }),
      })
      .map((r): QueryNode => ({ ...r, at: AT })),
  };
});

/** What stands in CREATE TABLE holds no query. */
const ownExpr = anyExpr.filter((expr) => !JSON.stringify(expr).includes('"kind":"in-query"'));

const column = fc.record({
  name: anyIdent,
  type: anyType,
  notNull: fc.boolean(),
  metadata: fc.option(fc.option(anyText).map((key) => ({ key, at: AT }))),
  at: fc.constant(AT),
});

export const anyStatement: fc.Arbitrary<Statement> = fc.oneof(
  fc
    .record({
      name: anyIdent,
      columns: fc.array(column, { minLength: 1, maxLength: 3 }),
      computed: fc.array(fc.record({ name: anyIdent, expr: ownExpr }), { maxLength: 2 }),
      first: fc.boolean(),
      watermarks: fc.array(fc.record({ column: anyIdent, as: ownExpr, at: fc.constant(AT) }), { maxLength: 1 }),
      primaryKeys: fc.array(fc.record({ columns: anyIdents, at: fc.constant(AT) }), { maxLength: 1 }),
      options: fc.array(fc.record({ key: anyText, value: anyText, keyAt: fc.constant(AT), valueAt: fc.constant(AT) }), {
        maxLength: 2,
      }),
    })
    .map(({ first, ...r }): Statement => {
      const computed = r.computed.map(
        (node, i): ComputedNode => ({ ...node, index: first ? i : r.columns.length + i, at: AT }),
      );
      return { kind: 'create-table', ...r, computed, at: AT };
    }),
  fc
    .record({ name: anyIdent, columns: fc.option(anyIdents), query: anyQuery })
    .map((r): Statement => ({ kind: 'create-view', ...r, at: AT })),
  fc
    .record({ into: anyIdent, columns: fc.option(anyIdents), query: anyQuery })
    .map((r): Statement => ({ kind: 'insert', ...r, at: AT })),
  fc
    .record({
      name: anyIdent,
      from: anyText.map((text) => ({ text, at: AT })),
      language: fc.option(fc.constantFrom('JAVA', 'SCALA').map(ident)),
    })
    .map((r): Statement => ({ kind: 'create-function', ...r, at: AT })),
);

export { anyExpr };
