// All inputs of a query stand on one stream. Where one is of events and another the topic of a query, the events get a topic too: a query
// that passes on what is read of them.
import type { Expr, Side, StatelessQuery } from '../plan.ts';
import { sidesOf } from '../sides.ts';
import type { Draft } from './draft.ts';
import type { Table } from './tables.ts';
import { named, TIME, topicName, topicTable } from './topic-table.ts';

const slotsOfSide = (side: Side): readonly Expr[] => {
  const types = [
    ...side.columns.map((c) => c.type),
    ...(side.lookups ?? []).flatMap((l) => l.columns.map((c) => c.type)),
    ...(side.unnest?.columns.map((c) => c.type) ?? []),
    ...(side.unnest?.ordinality ? [{ kind: 'INT' as const }] : []),
  ];
  return types.map((type, slot) => ({ kind: 'slot', slot, type }));
};

/** The input through a topic, and that topic. */
const passed = <S extends Side>(side: S, from: Table, d: Draft): { readonly side: S; readonly table: Table } => {
  const slots = slotsOfSide(side);
  const time = from.columns.find((c) => c.name === from.plan.watermark?.column);
  const type = time?.type ?? { kind: 'TIMESTAMP' as const };
  const slot = slots.length;
  // The event time stands behind the slots that are there.
  const columns = [...side.columns];
  const known = columns.findIndex((c) => c.from.kind === 'event-time');
  const shift = known < 0 ? 1 : 0;
  const at = known < 0 ? columns.length : known;
  if (known < 0) columns.push({ name: time?.name ?? TIME, type, from: { kind: 'event-time' } });
  const move = (e: Expr): Expr => {
    if (e.kind === 'slot') return e.slot >= side.columns.length ? { ...e, slot: e.slot + shift } : e;
    return e.kind === 'call' ? { ...e, args: e.args.map(move) } : e;
  };
  const query: StatelessQuery = {
    kind: 'stateless',
    id: '',
    name: '',
    at: d.query.at,
    into: '',
    input: side.input,
    columns,
    ...(side.lookups ? { lookups: side.lookups.map((l) => ({ ...l, key: move(l.key) })) } : {}),
    ...(side.unnest ? { unnest: { ...side.unnest, array: move(side.unnest.array) } } : {}),
    where: side.where && move(side.where),
    select: [...slots.map(move), { kind: 'slot', slot: at, type }],
  };
  const shown = [...slots.map((e, i) => ({ name: `c${i}`, type: e.type })), { name: TIME, type }];
  const mark = { column: TIME, delay: from.plan.watermark?.delay ?? 0 };
  const draft: Draft = { ...d, query, from: [from], keepsTime: true };
  const name = topicName(from, shown, [draft]);
  const empty = topicTable(from, shown, mark, name.table, []);
  const table = topicTable(from, shown, mark, name.table, named([draft], empty, name.query));
  const { lookups: _, unnest: __, ...plain } = side;
  return { side: { ...plain, columns: table.columns.slice(0, slot), where: null } as unknown as S, table };
};

export const onOneStream = (d: Draft): Draft => {
  const mixed = d.from.some((t) => t.source) && d.from.some((t) => !t.source);
  if (!mixed) return d;
  const sides = sidesOf(d.query);
  const moved = d.from.map((from, i) => {
    const side = sides[i];
    return from.source && side ? passed(side, from, d) : { side, table: from };
  });
  const from = moved.map((m) => m.table);
  const at = (i: number) => moved[i]?.side as never;
  if (d.query.kind === 'composed')
    return { ...d, from, query: { ...d.query, folds: d.query.folds.map((_, i) => at(i)) } };
  if (d.query.kind === 'interval') return { ...d, from, query: { ...d.query, left: at(0), right: at(1) } };
  return d;
};
