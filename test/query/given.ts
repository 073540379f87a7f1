// Plays compiled queries over example events, all of them on time: what the plan means, without streams and ledgers.
import type { CloudEvent, Json } from '../../shared/event/cloud-event.ts';
import { queryFold, type States } from '../../shared/fold/query-fold.ts';
import { compileSql } from '../../shared/query/compile.ts';
import { evaluator, predicate } from '../../shared/query/evaluate.ts';
import { parseInstant } from '../../shared/query/instants.ts';
import type { Plan, StatelessQuery, TablePlan, WindowQuery, WindowSpec } from '../../shared/query/plan.ts';
import { rowReader, rowWriter } from '../../shared/query/row.ts';

export const TYPES = ['order.v1', 'view.v1', 'payment.v1'];

export const compile = (...texts: readonly string[]) =>
  compileSql(
    texts.map((text, i) => ({ path: texts.length === 1 ? 'query.sql' : `query${i + 1}.sql`, text })),
    { types: TYPES },
  );

/** The plan of a text that has no mistake. */
export const planOf = (...texts: readonly string[]): Plan => {
  const { plan, errors } = compile(...texts);
  if (errors.length > 0) throw new Error(errors.map((e) => `${e.line}:${e.col} ${e.message}`).join('\n'));
  return plan;
};

export type Example = { readonly table: string; readonly event: string };

const parse = (text: string): { readonly [name: string]: Json } =>
  JSON.parse(text, (_, value, context?: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value,
  );

const timeOf = (data: { readonly [name: string]: Json }, table: TablePlan | undefined): number => {
  const value = data[table?.watermark?.column ?? ''];
  return typeof value === 'string' ? (parseInstant(value) ?? 0) : 0;
};

type Event = { readonly event: CloudEvent; readonly time: number };
const eventOf = (text: string, index: number, table: TablePlan | undefined): Event => {
  const data = parse(text);
  const type = table?.types[0] ?? table?.name ?? '';
  const time = timeOf(data, table);
  const at = new Date(time).toISOString();
  return { event: { specversion: '1.0', id: `event-${index}`, source: 'example', type, time: at, data }, time };
};

const stateless = (q: StatelessQuery, events: readonly Event[], into: TablePlan): readonly string[] => {
  const [read, keeps, write] = [rowReader(q.columns), predicate(q.where), rowWriter(into.columns)];
  const select = q.select.map((s) => evaluator(s));
  return events
    .map(({ event, time }) => read({ data: event.data, attributes: event, time }))
    .filter(keeps)
    .map((row) => write(select.map((s) => s(row))));
};

type Span = { readonly start: number; readonly end: number };

const spansOf = (w: Exclude<WindowSpec, { kind: 'session' }>, time: number): readonly Span[] => {
  const spans: Span[] = [];
  if (w.kind === 'cumulate') {
    const start = Math.floor(time / w.size) * w.size;
    for (let end = start + w.step; end <= start + w.size; end += w.step) if (time < end) spans.push({ start, end });
    return spans;
  }
  const slide = w.kind === 'hop' ? w.slide : w.size;
  for (let start = Math.floor(time / slide) * slide; start > time - w.size; start -= slide)
    spans.push({ start, end: start + w.size });
  return spans;
};

type Open = { start: number; end: number; readonly key: string; readonly states: States };

const windowed = (q: WindowQuery, events: readonly Event[], into: TablePlan): readonly string[] => {
  const fold = queryFold(q);
  const write = rowWriter(into.columns);
  const open: Open[] = [];
  for (const { event, time } of [...events].sort((a, b) => a.time - b.time)) {
    const [row] = fold.rows(event, time);
    if (row === undefined) continue;
    const key = fold.keyOf(row);
    const spans = q.window.kind === 'session' ? [{ start: time, end: time + q.window.gap }] : spansOf(q.window, time);
    for (const span of spans) {
      const held = open.find(
        (o) =>
          o.key === key && (q.window.kind === 'session' ? o.end >= time : o.start === span.start && o.end === span.end),
      );
      if (held) {
        held.end = span.end;
        fold.add(held.states, row);
      } else open.push({ ...span, key, states: fold.one(row) });
    }
  }
  return open.flatMap((o) => {
    const { kept, values } = fold.finish(o.key, { start: o.start, end: o.end }, o.states);
    return kept ? [write(values)] : [];
  });
};

/** The rows of every destination once all events were seen, in no promised order. */
export const play = (plan: Plan, examples: readonly Example[]): ReadonlyMap<string, readonly string[]> => {
  const tables = new Map(plan.tables.map((t) => [t.name, t]));
  const rows = new Map<string, string[]>();
  for (const q of plan.queries) {
    const into = tables.get(q.into);
    if (!into) throw new Error(`no table ${q.into}`);
    if (q.kind !== 'stateless' && q.kind !== 'window') throw new Error(`${q.name}: ${q.kind} is not played here`);
    const read = (name: string): boolean =>
      name === q.input.table || (tables.get(name)?.types.some((type) => q.input.types.includes(type)) ?? false);
    const written = rows.get(q.input.table) ?? [];
    const given = [
      ...examples.filter((x) => read(x.table)),
      ...written.map((event) => ({ table: q.input.table, event })),
    ];
    const events = given.map(({ table, event }, i) => eventOf(event, i, tables.get(table)));
    const made = q.kind === 'stateless' ? stateless(q, events, into) : windowed(q, events, into);
    rows.set(q.into, [...(rows.get(q.into) ?? []), ...made]);
  }
  return rows;
};
