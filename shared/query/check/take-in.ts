// A query without a window over a topic that queries fill. `transform` reads events alone, so the reader takes in what the writer
// does and reads the same events; over the rows of a window that is not possible.
import type { Expr, Lookup, StatelessQuery } from '../plan.ts';
import { type Draft, fillersOf } from './draft.ts';
import { literal } from './literals.ts';
import { allOf, mapSlots } from './slots.ts';
import type { Table } from './tables.ts';

const widthOf = (lookups: readonly Lookup[]): number => lookups.reduce((n, l) => n + l.columns.length, 0);

/** The reader's expressions over what the writer reads; null where look-ups or UNNEST stand in an order that no query has. */
const over = (reader: StatelessQuery, writer: StatelessQuery, topic: Table): StatelessQuery | null => {
  const [own, first] = [reader.lookups ?? [], writer.lookups ?? []];
  if (writer.unnest && (own.length > 0 || reader.unnest)) return null;
  const width = writer.columns.length + widthOf(first) + (writer.unnest?.columns.length ?? 0);
  const place = (e: Expr): Expr =>
    mapSlots(e, (s) => {
      if (s.slot >= reader.columns.length) return { ...s, slot: width + s.slot - reader.columns.length };
      const index = topic.plan.columns.findIndex((c) => c.name === reader.columns[s.slot]?.name);
      return writer.select[index] ?? literal(null, s.type);
    });
  const lookups = [...first, ...own.map((l) => ({ ...l, key: place(l.key) }))];
  const unnest = writer.unnest ?? (reader.unnest && { ...reader.unnest, array: place(reader.unnest.array) });
  const { lookups: _, unnest: __, ...plain } = reader;
  return {
    ...plain,
    columns: writer.columns,
    ...(lookups.length > 0 ? { lookups } : {}),
    ...(unnest ? { unnest } : {}),
    where: allOf([writer.where, reader.where && place(reader.where)]),
    select: reader.select.map(place),
  };
};

/** The draft itself where it reads events or has a window; else one draft over events for each query that fills its topic. */
export const takeIn = (d: Draft, all: readonly Draft[], path: readonly Draft[] = []): readonly Draft[] => {
  const { query, problems } = d;
  const [from] = d.from;
  if (query.kind !== 'stateless' || !from || from.source || path.includes(d)) return [d];
  const writers = fillersOf(from, all);
  const window = writers.find((w) => w.query.kind !== 'stateless' && w.query.kind !== 'running');
  if (window) {
    problems.notYet(
      d.places.from,
      `a query without a window over ${from.plan.name}, which has the rows of a window (query ${window.query.name})`,
      'filter by HAVING and compute in SELECT of that query, with a second INSERT INTO if need be; or read the topic in a window',
    );
    return [d];
  }
  const taken = writers.flatMap((w) => takeIn(w, all, [...path, d]));
  return taken.flatMap((w, i): readonly Draft[] => {
    if (w.query.kind !== 'stateless') return [];
    const name = taken.length > 1 ? `${query.name}-part-${i + 1}` : query.name;
    const both = over(query, w.query, from);
    if (both) return [{ ...d, from: w.from, query: { ...both, name } }];
    problems.notYet(
      d.places.from,
      `a look-up or UNNEST over ${from.plan.name}, which the query ${w.query.name} fills by UNNEST`,
      `do it in the query ${w.query.name}, before its UNNEST`,
    );
    return [];
  });
};
