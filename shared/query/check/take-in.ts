// A query without a window over a topic that queries fill. `transform` reads events alone, so the reader takes in what the writer
// does and reads the same events; over the rows of a window that is not possible.
import type { Expr, StatelessQuery } from '../plan.ts';
import { type Draft, fromOf, type Unlinked, writersOf } from './draft.ts';
import { literal } from './literals.ts';
import { allOf, mapSlots } from './slots.ts';

/** The reader's expressions over what the writer reads. */
const over = (reader: Unlinked<StatelessQuery>, writer: Unlinked<StatelessQuery>, topic: Draft['from']) => {
  const place = (e: Expr): Expr =>
    mapSlots(e, (s) => {
      const index = topic.plan.columns.findIndex((c) => c.name === reader.columns[s.slot]?.name);
      return writer.select[index] ?? literal(null, s.type);
    });
  const where = allOf([writer.where, reader.where && place(reader.where)]);
  return { ...reader, columns: writer.columns, where, select: reader.select.map(place) };
};

/** The draft itself where it reads events or has a window; else one draft over events for each query that fills its topic. */
export const takeIn = (d: Draft, all: readonly Draft[], path: readonly Draft[] = []): readonly Draft[] => {
  const { query, from, problems } = d;
  if (query.kind === 'window' || from.source || path.includes(d)) return [d];
  const writers = writersOf(d, all);
  const window = writers.find((w) => w.query.kind === 'window');
  if (window) {
    problems.notYet(
      fromOf(d),
      `a query without a window over ${from.plan.name}, which has the rows of a window (query ${window.query.name})`,
      'filter by HAVING and compute in SELECT of that query, with a second INSERT INTO if need be; or read the topic in a window',
    );
    return [d];
  }
  const taken = writers.flatMap((w) => takeIn(w, all, [...path, d]));
  return taken.flatMap((w, i): readonly Draft[] => {
    if (w.query.kind === 'window') return [];
    const name = taken.length > 1 ? `${query.name}-part-${i + 1}` : query.name;
    return [{ ...d, from: w.from, query: { ...over(query, w.query, from), name } }];
  });
};
