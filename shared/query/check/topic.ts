// A table between two queries of one statement: nobody names it, the first query fills it and the second one reads it.
import type { Span } from '../ast.ts';
import { rolesOf } from '../logic-plan/tree.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { TIMESTAMP } from '../type-rules.ts';
import { emit, laterOf } from './emit.ts';
import { unbounded } from './rank.ts';
import { isProctime, isTime, type Relation, type RelColumn, type Rows, slotCount } from './relation.ts';
import { shifted } from './slots.ts';
import type { Table } from './tables.ts';
import { BETWEEN_MARK, named, TIME, topicName, topicTable } from './topic-table.ts';
import { treeOf } from './windows.ts';

const baseOf = (rel: Relation): Table => {
  switch (rel.kind) {
    case 'rows':
      return rel.base;
    case 'pairs':
      return rel.left.base;
    case 'running':
      return rel.of.base;
    case 'ranked':
      return baseOf(rel.of);
    case 'windows': {
      const walk = (tree: (typeof rel)['tree']): Table =>
        tree.kind === 'leaf'
          ? tree.leaf.feed.base
          : tree.kind === 'join'
            ? walk(tree.left)
            : tree.kind === 'union'
              ? walk((tree.of[0] ?? { tree: tree as never }).tree)
              : walk(tree.of);
      return walk(rel.tree);
    }
    default:
      return rel satisfies never;
  }
};

/** The event time of a relation's rows: what they are sent by. */
const timeOf = (rel: Relation): Expr | null => {
  if (rel.kind === 'rows' && rel.grouped)
    return { kind: 'slot', slot: rel.grouped.keys.length + 2, type: rel.time?.type ?? TIMESTAMP };
  if (rel.kind === 'windows') {
    const slot = rolesOf(rel.tree).indexOf('window_time');
    return slot >= 0 ? { kind: 'slot', slot, type: TIMESTAMP } : null;
  }
  if (rel.kind !== 'pairs' || !rel.left.time || !rel.right.time) return null;
  return laterOf(rel.left.time, shifted(rel.right.time, slotCount(rel.left)));
};

/**
 * Rows of a window, or of a join by time, as those of a topic that a query of its own fills.
 * @param at where the second query begins
 */
export const topicOf = (rel: Relation, at: Span, problems: Problems): Rows | null => {
  if (rel.kind === 'ranked') {
    unbounded(rel, problems);
    return null;
  }
  const raw = rel.kind === 'rows' && rel.window !== null && !rel.grouped;
  const settled = raw ? treeOf(rel, 'a query over its rows', at, problems)?.rel : rel;
  if (!settled) return null;
  const time = timeOf(settled);
  if (!time) {
    problems.notYet(
      at,
      `a query over ${rel.name}, whose rows have no event time any more`,
      'select window_time of a side whose rows are never missing',
    );
    return null;
  }
  const columns = settled.columns.filter((c) => !isProctime(c.expr));
  const names = new Map<string, number>();
  const unique = (name: string): string => {
    const n = names.get(name) ?? 0;
    names.set(name, n + 1);
    return n === 0 ? name : `${name}${BETWEEN_MARK}${n}`;
  };
  const held: readonly RelColumn[] = [
    ...columns.map((c) => ({ ...c, name: unique(c.name) })),
    { name: TIME, type: time.type, expr: time, at },
  ];
  const base = baseOf(settled);
  const places = { at, from: at, query: at, into: at };
  const mark = { column: TIME, delay: 0 };
  const draftTable = topicTable(base, held, mark, '', []);
  const drafts = emit(settled, { into: draftTable, row: held.map((c) => c.expr), places, problems }, '');
  if (drafts.length === 0) return null;
  const name = topicName(base, held, drafts);
  const empty = topicTable(base, held, mark, name.table, []);
  const table = topicTable(base, held, mark, name.table, named(drafts, empty, name.query));
  const read = held.map((c, slot): RelColumn => ({ ...c, expr: { kind: 'slot', slot, type: c.type } }));
  const { name: shown, parts, broken } = rel;
  const last = read.length - 1;
  return {
    kind: 'rows',
    name: shown,
    ...(parts && columns.length === settled.columns.length ? { parts } : {}),
    // window_time is still the event time, by whichever name it was selected.
    columns: read.slice(0, last).map((c, i) => {
      const from = columns[i];
      return from && isTime(settled, from) && read[last]
        ? { ...c, name: from.name, expr: read[last].expr }
        : { ...c, name: from?.name ?? c.name };
    }),
    broken,
    base: table,
    lookups: [],
    unnest: null,
    where: null,
    time: read[last]?.expr ?? null,
    window: null,
    grouped: null,
  };
};
