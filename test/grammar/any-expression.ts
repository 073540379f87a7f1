// Any expression that the parser can give, for properties: shapes alone, names and types mean nothing here.
import fc from 'fast-check';
import type { CallNode, ExprNode, Ident, QueryNode, Span, TypeNode } from '../../shared/query/ast.ts';

/** Queries and expressions stand in one another: one count of levels for all. */
export const DEPTH = { maxDepth: 4, depthIdentifier: fc.createDepthIdentifier() };

export const AT: Span = { line: 1, col: 1, start: 0, end: 0 };
export const ident = (name: string): Ident => ({ name, at: AT });

const WORDS = [
  'a',
  'b',
  'store',
  'ts',
  'Total',
  '_x9',
  'select',
  'value',
  'VIEWS',
  'it`s',
  'a b',
  'ü',
  '1st',
  '日本',
  'from',
];
export const anyName = fc.constantFrom(...WORDS);
export const anyIdent = anyName.map(ident);
export const anyIdents = fc.array(anyIdent, { minLength: 1, maxLength: 3 });
export const anyText = fc.oneof(
  fc.constantFrom("it's", '', '--', '/*', '`', 'a\nb', "''"),
  fc.string({ maxLength: 6 }),
);

const PLAIN_TYPES = ['INT', 'BIGINT', 'STRING', 'BOOLEAN', 'DOUBLE', 'DATE', 'TIMESTAMP_LTZ', 'BANANA', 'MULTISET'];
export const { type: anyType } = fc.letrec<{ type: TypeNode }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...PLAIN_TYPES).map((name): TypeNode => ({ kind: 'plain', name, args: [], at: AT })),
    fc
      .tuple(
        fc.constantFrom('DECIMAL', 'TIMESTAMP', 'VARCHAR', 'TIMESTAMP WITH TIME ZONE'),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 2 }),
      )
      .map(([name, args]): TypeNode => ({ kind: 'plain', name, args, at: AT })),
    fc
      .array(fc.record({ name: anyIdent, type: tie('type') }), { minLength: 1, maxLength: 3 })
      .map((fields): TypeNode => ({ kind: 'row', fields, at: AT })),
    tie('type').map((element): TypeNode => ({ kind: 'array', element, at: AT })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): TypeNode => ({ kind: 'map', key, value, at: AT })),
  ),
}));

const anyLiteral: fc.Arbitrary<ExprNode> = fc.oneof(
  fc
    .constantFrom(
      ...([
        'integer 0',
        'integer 12',
        'integer 3.',
        'decimal 1.50',
        'decimal .5',
        'double 1e5',
        'double 1.E-3',
        'boolean TRUE',
        'null NULL',
      ] as const),
    )
    .map((word) => word.split(' '))
    .map(([of, text]) => ({ kind: 'literal', of, text, at: AT }) as ExprNode),
  fc
    .tuple(fc.constantFrom('string', 'timestamp', 'date'), anyText)
    .map(([of, text]) => ({ kind: 'literal', of, text, at: AT }) as ExprNode),
);

const FIELDS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];
const anyInterval: fc.Arbitrary<ExprNode> = fc
  .tuple(anyText, fc.nat(3), fc.option(fc.nat(3)), fc.option(fc.nat(9)))
  .map(([text, from, to, precision]) => ({
    kind: 'interval',
    text,
    from: FIELDS[from] ?? 'DAY',
    to: to !== null && to > from ? (FIELDS[to] ?? null) : null,
    precision,
    at: AT,
  }));

const plainCall = (name: string, args: readonly ExprNode[]): CallNode => ({
  kind: 'call',
  name: ident(name),
  star: false,
  distinct: false,
  args,
  unit: null,
  filter: null,
  over: null,
  at: AT,
});

const flag = fc.boolean();

/** NOT before EXISTS is part of it. */
const negated = (arg: ExprNode): ExprNode =>
  arg.kind === 'in-query' && arg.arg === null && !arg.not
    ? { ...arg, not: true }
    : { kind: 'unary', op: 'NOT', arg, at: AT };

/** @param query the queries that may stand inside */
export const anyExprOver = (query: fc.Arbitrary<QueryNode>): fc.Arbitrary<ExprNode> =>
  fc.letrec<{ expr: ExprNode; atom: ExprNode }>((tie) => {
    const e = tie('expr');
    const list = fc.array(e, { minLength: 1, maxLength: 3 });
    const bare = e.filter((expr) => !JSON.stringify(expr).includes('"kind":"in-query"'));
    const maybe = fc.option(e, { freq: 1, ...DEPTH });
    return {
      atom: fc.oneof(
        anyLiteral,
        anyInterval,
        anyIdents.map((parts): ExprNode => ({ kind: 'name', parts, at: AT })),
      ),
      expr: fc.oneof(
        { ...DEPTH, withCrossShrink: true },
        tie('atom'),
        fc.tuple(e, anyIdent).map(([of, name]): ExprNode => ({ kind: 'field', of, name, at: AT })),
        fc.tuple(e, e).map(([of, index]): ExprNode => ({ kind: 'item', of, index, at: AT })),
        e.map(negated),
        fc.tuple(fc.constantFrom('-', '+'), e).map(([op, arg]) => ({ kind: 'unary', op, arg, at: AT }) as ExprNode),
        fc
          .tuple(fc.constantFrom('OR', 'AND', '=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||'), e, e)
          .map(([op, left, right]) => ({ kind: 'binary', op, left, right, at: AT }) as ExprNode),
        fc
          .record({ not: flag, symmetric: flag, arg: e, low: e, high: e })
          .map((r): ExprNode => ({ kind: 'between', ...r, at: AT })),
        fc.record({ not: flag, arg: e, list }).map((r): ExprNode => ({ kind: 'in', ...r, at: AT })),
        fc.record({ not: flag, arg: maybe, query }).map((r): ExprNode => ({ kind: 'in-query', ...r, at: AT })),
        fc
          .record({ not: flag, arg: e, pattern: e, escape: maybe })
          .map((r): ExprNode => ({ kind: 'like', ...r, at: AT })),
        fc
          .record({ not: flag, what: fc.constantFrom('NULL', 'TRUE', 'FALSE', 'UNKNOWN'), arg: e })
          .map((r) => ({ kind: 'is', ...r, at: AT }) as ExprNode),
        fc.record({ not: flag, left: e, right: e }).map((r): ExprNode => ({ kind: 'distinct', ...r, at: AT })),
        fc
          .record({
            operand: maybe,
            whens: fc.array(fc.record({ when: e, result: e }), { minLength: 1, maxLength: 2 }),
            otherwise: maybe,
          })
          .map((r): ExprNode => ({ kind: 'case', ...r, at: AT })),
        fc.record({ safe: flag, arg: e, type: anyType }).map((r): ExprNode => ({ kind: 'cast', ...r, at: AT })),
        fc
          .record({
            arg: bare,
            path: bare,
            returning: fc.option(anyType),
            onError: fc.option(bare, { freq: 1, ...DEPTH }),
          })
          .map((r): ExprNode => ({ kind: 'json', fn: 'JSON_VALUE', ...r, at: AT })),
        fc
          .record({ arg: bare, path: bare })
          .map((r): ExprNode => ({ kind: 'json', fn: 'JSON_EXISTS', ...r, returning: null, onError: null, at: AT })),
        fc
          .tuple(
            fc.constantFrom('UPPER', 'hour', 'my fn', 'select', 'If', 'extract', 'CAST', 'rollup'),
            fc.array(e, { maxLength: 3 }),
          )
          .map(([name, args]): ExprNode => plainCall(name, args)),
        fc
          .tuple(fc.constantFrom('EXTRACT', 'FLOOR', 'ceil'), e, fc.constantFrom('HOUR', 'DAY', 'MONTH'))
          .map(([name, arg, unit]): ExprNode => ({ ...plainCall(name, [arg]), unit })),
        fc
          .tuple(e, e, fc.constantFrom('BOTH', 'LEADING'), flag)
          .map(([a, b, unit, one]): ExprNode => ({ ...plainCall('TRIM', one ? [a] : [a, b]), unit })),
        fc.tuple(tie('atom'), e).map(([a, b]): ExprNode => plainCall('POSITION', [a, b])),
        fc.tuple(e, e).map((args): ExprNode => ({ ...plainCall('TimestampAdd', args), unit: 'HOUR' })),
        fc
          .tuple(fc.constantFrom('COUNT', 'sum'), e, flag, flag, maybe)
          .map(
            ([name, arg, star, distinct, filter]): ExprNode =>
              star ? { ...plainCall(name, []), star, filter } : { ...plainCall(name, [arg]), distinct, filter },
          ),
        fc
          .record({
            partitionBy: fc.array(bare, { maxLength: 2 }),
            orderBy: fc.array(
              fc
                .record({
                  expr: bare,
                  descending: flag,
                  nulls: fc.constantFrom('first' as const, 'last' as const, null),
                })
                .map((o) => ({ ...o, at: AT })),
              { maxLength: 2 },
            ),
          })
          .map((over): ExprNode => ({ ...plainCall('ROW_NUMBER', []), over: { ...over, at: AT } })),
      ),
    };
  }).expr;
