// A query as text: what it reads, does and writes.
import type { Ms } from '../../time.ts';
import type { ComposedQuery, Expr, IntervalQuery, Query, RunningQuery, TablePlan, WindowQuery } from '../plan.ts';
import { typeText } from '../type-rules.ts';
import { type Columns, joined, keptColumns, keyColumns, namesOf, RANK, sideColumns, WINDOW } from './columns.ts';
import { showDuration } from './duration.ts';
import { showAggregate, showExpr } from './expression.ts';
import { showRel } from './rel.ts';
import { foldLines, type Line, sideLines } from './side.ts';
import { showWindow } from './window.ts';

/** What a query does, and the row that its select stands on. */
type Body = { readonly lines: readonly Line[]; readonly row: readonly string[]; readonly select: readonly Expr[] };

const closing = (delay: Ms, late: string): Line => [
  'closes',
  `when the watermark, ${showDuration(delay)} behind the newest event, reaches its end${late}`,
];
const shownEarly = (early: Ms | undefined): readonly Line[] =>
  early === undefined ? [] : [['early', `rows of open windows, at most every ${showDuration(early)}`]];
const having = (e: Expr | null, row: readonly string[]): readonly Line[] => (e ? [['having', showExpr(e, row)]] : []);

const inWindow = (q: WindowQuery): Body => {
  const names = namesOf(sideColumns(q));
  const keys = q.keys.map((k) => showExpr(k, names));
  const row = [...keys, ...namesOf(WINDOW), ...q.aggregates.map((a) => showAggregate(a, names))];
  const late = q.lateness > 0 ? `, revised for ${showDuration(q.lateness)} more` : '';
  return {
    lines: [
      ...sideLines(q),
      ['window', `${showWindow(q.window)}${keys.length ? `, for each ${keys.join(', ')}` : ''}`],
      closing(q.delay, late),
      ...shownEarly(q.early),
      ...having(q.having, row),
    ],
    row,
    select: q.select,
  };
};

const composed = (q: ComposedQuery, table: TablePlan | undefined): Body => ({
  lines: [
    ['window', showWindow(q.window)],
    closing(q.delay, ''),
    ...shownEarly(q.early),
    ...q.folds.flatMap((fold, i): readonly Line[] => [
      [`fold ${i + 1}`, ''],
      ...foldLines(fold).map(([label, text]): Line => ['', `  ${label.padEnd(8)}${text}`]),
    ]),
    ['gives', ''],
    ...showRel(q.rel, q.folds, table?.columns ?? null).map((line): Line => ['', `  ${line}`]),
  ],
  row: [],
  select: [],
});

const interval = (q: IntervalQuery): Body => {
  const [left, right] = [q.left, q.right].map((side): Columns => {
    const of = sideColumns(side);
    return keptColumns({ kind: 'rows', row: side.row, best: null }, of);
  });
  const row = namesOf(joined(left ?? [], right ?? []));
  const [l, r] = [namesOf(sideColumns(q.left)), namesOf(sideColumns(q.right))];
  const keys = q.left.keys.map((e, i) => {
    const other = q.right.keys[i];
    return `left ${showExpr(e, l)} = right ${other ? showExpr(other, r) : '?'}`;
  });
  return {
    lines: [
      ['left', ''],
      ...sideLines(q.left).map(([label, text]): Line => ['', `  ${label.padEnd(8)}${text}`]),
      ['right', ''],
      ...sideLines(q.right).map(([label, text]): Line => ['', `  ${label.padEnd(8)}${text}`]),
      ['joins', keys.join(' AND ')],
      ['times', `left - right from ${showSigned(q.low)} to ${showSigned(q.high)}`],
      ...(q.on ? [['on', showExpr(q.on, row)] as const] : []),
      ['sends', `a pair when the watermark, ${showDuration(q.delay)} behind the newest event, passes the later time`],
    ],
    row,
    select: q.select,
  };
};
const showSigned = (ms: Ms): string => (ms < 0 ? `-${showDuration(-ms)}` : showDuration(ms));

const running = (q: RunningQuery): Body => {
  const of = sideColumns(q.fold);
  const keys = keyColumns(q.fold.keys, of);
  const rank = q.fold.keep.kind === 'rows' ? [RANK] : [];
  const row = namesOf([...keys, ...rank, ...keptColumns(q.fold.keep, of)]);
  const sends =
    q.emit === 'first'
      ? `the row once, when the watermark, ${showDuration(q.delay)} behind the newest event, reaches its time`
      : 'each key whose rows changed, again and again';
  return {
    lines: [
      ...foldLines(q.fold),
      ...having(q.having, row),
      ['sends', sends],
      ['ends', `a key when no event of it came for ${showDuration(q.ttl)} of event time`],
    ],
    row,
    select: q.select,
  };
};

const bodyOf = (q: Query, table: TablePlan | undefined): Body => {
  switch (q.kind) {
    case 'stateless':
      return { lines: sideLines(q), row: namesOf(sideColumns(q)), select: q.select };
    case 'window':
      return inWindow(q);
    case 'composed':
      return composed(q, table);
    case 'interval':
      return interval(q);
    case 'running':
      return running(q);
    default:
      return q satisfies never;
  }
};

export const showQuery = (q: Query, table: TablePlan | undefined): string => {
  const { lines, row, select } = bodyOf(q, table);
  const key = table?.primaryKey.length ? `, one row for each ${table.primaryKey.join(', ')}` : '';
  const written: Line = ['writes', `${q.into}${table ? ` (${table.connector}${key})` : ''}`];
  return [
    `query ${q.id}  (${q.at.file}:${q.at.line})`,
    ...[...lines, written].map(([label, text]) => `  ${label === '' ? text : `${label.padEnd(8)}${text}`}`.trimEnd()),
    ...select.map((e, i) => {
      const column = table?.columns[i];
      return `    ${column ? `${column.name} ${typeText(column.type)}` : `column ${i + 1}`} = ${showExpr(e, row)}`;
    }),
  ].join('\n');
};
