// A plan as text, for people: what each query reads, does and writes.
import { dateText, timestampText } from './instants.ts';
import type { Aggregate, Expr, Plan, Query, TablePlan, WindowSpec } from './plan.ts';
import { showDuration } from './show/duration.ts';
import { typeText } from './type-rules.ts';

const INFIX = new Set(['AND', 'OR', '=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||', 'LIKE']);

const showLiteral = (e: Extract<Expr, { kind: 'literal' }>): string => {
  if (e.value === null) return 'NULL';
  switch (e.type.kind) {
    case 'STRING':
      return `'${String(e.value).replaceAll("'", "''")}'`;
    case 'TIMESTAMP':
      return `TIMESTAMP '${timestampText(Number(e.value))}'`;
    case 'DATE':
      return `DATE '${dateText(Number(e.value))}'`;
    case 'INTERVAL':
      return `INTERVAL ${showDuration(Number(e.value))}`;
    default:
      return String(e.value).toUpperCase();
  }
};

/** An expression with names for its slots. */
export const showExpr = (e: Expr, names: readonly string[]): string => {
  if (e.kind === 'slot') return names[e.slot] ?? `#${e.slot}`;
  if (e.kind === 'literal') return showLiteral(e);
  const args = e.args.map((arg) => showExpr(arg, names));
  const [a = '', b = ''] = args;
  if (INFIX.has(e.fn) && args.length === 2) return `(${a} ${e.fn} ${b})`;
  if (e.fn === 'FIELD' && e.args[0]?.type.kind === 'ROW') return `${a}.${e.args[0].type.fields[Number(b)]?.name ?? b}`;
  if (e.fn === 'ITEM') return `${a}[${b}]`;
  if (e.fn.startsWith('IS ') && args.length === 1) return `(${a} ${e.fn})`;
  if (e.fn === 'CAST' || e.fn === 'TRY_CAST') return `${e.fn}(${a} AS ${typeText(e.type)})`;
  return `${e.fn}(${args.join(', ')})`;
};

const showAggregate = (a: Aggregate, names: readonly string[]): string => {
  const arg = a.arg === null ? '*' : `${a.distinct ? 'DISTINCT ' : ''}${showExpr(a.arg, names)}`;
  return `${a.fn}(${arg})${a.filter ? ` FILTER (WHERE ${showExpr(a.filter, names)})` : ''}`;
};

const showWindow = (w: WindowSpec): string => {
  if (w.kind === 'tumble') return `tumbling windows of ${showDuration(w.size)}`;
  if (w.kind === 'hop') return `sliding windows of ${showDuration(w.size)}, one every ${showDuration(w.slide)}`;
  if (w.kind === 'cumulate')
    return `windows of ${showDuration(w.size)} that grow, one row every ${showDuration(w.step)}`;
  return `sessions that end after ${showDuration(w.gap)} without an event`;
};

const showQuery = (q: Query, table: TablePlan | undefined): string => {
  if (q.kind !== 'stateless' && q.kind !== 'window')
    return `query ${q.id}  (${q.at.file}:${q.at.line})\n${JSON.stringify(q, null, 2)}`;
  const names = q.columns.map((c) => c.name);
  const { input } = q;
  const source = input.stream === 'enriched' ? `events ${input.types.join(', ')}` : `rows of ${input.reads.join(', ')}`;
  const lines = [
    `query ${q.id}  (${q.at.file}:${q.at.line})`,
    `  reads   ${input.table}: ${source}, on ${input.stream}`,
  ];
  lines.push(`  columns ${q.columns.map((c) => `${c.name} ${typeText(c.type)}`).join(', ') || 'none'}`);
  if (q.where) lines.push(`  where   ${showExpr(q.where, names)}`);
  let row = names;
  if (q.kind === 'window') {
    const keys = q.keys.map((k) => showExpr(k, names));
    row = [...keys, 'window_start', 'window_end', 'window_time', ...q.aggregates.map((a) => showAggregate(a, names))];
    lines.push(`  window  ${showWindow(q.window)}${keys.length ? `, for each ${keys.join(', ')}` : ''}`);
    const late = q.lateness > 0 ? `, revised for ${showDuration(q.lateness)} more` : '';
    lines.push(
      `  closes  when the watermark, ${showDuration(q.delay)} behind the newest event, reaches its end${late}`,
    );
    if (q.having) lines.push(`  having  ${showExpr(q.having, row)}`);
  }
  const key = table?.primaryKey.length ? `, one row for each ${table.primaryKey.join(', ')}` : '';
  lines.push(`  writes  ${q.into}${table ? ` (${table.connector}${key})` : ''}`);
  for (const [i, e] of q.select.entries()) {
    const column = table?.columns[i];
    lines.push(`    ${column ? `${column.name} ${typeText(column.type)}` : `column ${i + 1}`} = ${showExpr(e, row)}`);
  }
  return lines.join('\n');
};

const showTable = (t: TablePlan): string => {
  const types = t.types.join(', ');
  const kind = t.types.length === 0 ? t.connector : t.reads ? `events ${types} into the lake` : `source of ${types}`;
  const time = t.watermark ? `; event time ${t.watermark.column}, delay ${showDuration(t.watermark.delay)}` : '';
  return `table ${t.name}  (${t.at.file}:${t.at.line})\n  ${kind}${time}`;
};

export const showPlan = (plan: Plan): string => {
  const tables = new Map(plan.tables.map((t) => [t.name, t]));
  return [...plan.tables.map(showTable), ...plan.queries.map((q) => showQuery(q, tables.get(q.into)))].join('\n\n');
};
