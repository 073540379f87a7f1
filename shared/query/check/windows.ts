// Rows of windows, grouped or not, as a tree: what joins, ranks and further groups stand on.
import type { Span } from '../ast.ts';
import { filterTree } from '../logic-plan/filter-tree.ts';
import type { Leaf, Tree } from '../logic-plan/tree.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { TIMESTAMP } from '../type-rules.ts';
import { type Grouped, type Rows, slotCount, type Windows } from './relation.ts';
import { oneSet } from './sets.ts';
import { allOf, conjuncts, isWindowSlot, mapSlots, ofWindowOnly, readsWindow, WINDOW_SLOT } from './slots.ts';
import { unwindow } from './unwindow.ts';

/** The windows, and its expressions on the tree's row. */
export type Treed = { readonly rel: Windows; readonly move: (e: Expr) => Expr };

const rawTree = (rel: Rows): { readonly tree: Tree; readonly move: (e: Expr) => Expr } => {
  const move = (e: Expr): Expr =>
    mapSlots(e, (s) => ({ ...s, slot: isWindowSlot(s.slot) ? s.slot - WINDOW_SLOT : s.slot + 3 }));
  const parts = conjuncts(rel.where);
  const ofWindow = parts.filter(readsWindow);
  const { base, lookups, unnest } = rel;
  const where = allOf(parts.filter((e) => !readsWindow(e)));
  const leaf: Leaf = {
    feed: { base, lookups, unnest, where },
    keys: [],
    keep: { kind: 'rows' },
    width: slotCount(rel),
  };
  const all = allOf(ofWindow);
  const tree: Tree = { kind: 'leaf', leaf };
  return { tree: all ? filterTree(tree, move(all)) : tree, move };
};

/** Conditions of the window's columns alone are those of the result; the others are of the row. */
export const partWhere = (rel: Rows, keys: number) => {
  const parts = conjuncts(rel.where);
  const ofWindow = parts.filter(ofWindowOnly);
  const toResult = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: s.slot - WINDOW_SLOT + keys }));
  const where = ofWindow.length === 0 ? rel.where : allOf(parts.filter((e) => !ofWindowOnly(e)));
  return { where: where && unwindow(rel, where), having: ofWindow.map(toResult) };
};

const groupedTree = (rel: Rows, grouped: Grouped): { readonly tree: Tree; readonly move: (e: Expr) => Expr } => {
  const { base, lookups, unnest } = rel;
  const trees = grouped.sets.map((set) => {
    const { keys, place } = oneSet(grouped, set);
    const { where, having } = partWhere(rel, keys.length);
    const leaf: Leaf = {
      feed: { base, lookups, unnest, where },
      keys: keys.map((e) => unwindow(rel, e)),
      keep: {
        kind: 'aggregates',
        aggregates: grouped.aggregates.map((a) => ({
          ...a,
          arg: a.arg && unwindow(rel, a.arg),
          filter: a.filter && unwindow(rel, a.filter),
        })),
      },
      width: slotCount(rel),
    };
    const all = allOf([...having, grouped.having && place(grouped.having)]);
    const tree: Tree = { kind: 'leaf', leaf };
    return { tree: all ? filterTree(tree, all) : tree, place };
  });
  const [only] = trees;
  if (only && trees.length === 1) return { tree: only.tree, move: only.place };
  // Each set is a relation of its own, with the result row of all keys.
  const row = rowOf(grouped, rel);
  const of = trees.map(({ tree, place }) => ({ tree, select: row.map(place) }));
  const groupings: Expr[] = [];
  const move = (e: Expr): Expr => {
    if (e.kind !== 'call') return e;
    if (e.fn !== 'GROUPING') return { ...e, args: e.args.map(move) };
    // What GROUPING says differs by set: one more column of the union.
    const slot = row.length + groupings.push(e) - 1;
    for (const [i, part] of of.entries()) part.select.push(trees[i]?.place(e) ?? e);
    return { kind: 'slot', slot, type: e.type };
  };
  return { tree: { kind: 'union', of }, move };
};

/** The slots of a grouped row. */
const rowOf = (grouped: Grouped, rel: Rows): Expr[] => {
  const types = [
    ...grouped.keys.map((k) => k.type),
    TIMESTAMP,
    TIMESTAMP,
    rel.time?.type ?? TIMESTAMP,
    ...grouped.aggregates.map((a) => a.type),
  ];
  return types.map((type, slot) => ({ kind: 'slot', slot, type }));
};

/**
 * @param what what the tree is wanted for, as a message says it
 * @returns    null after a report: sessions have windows of their own for each key
 */
export const treeOf = (rel: Rows | Windows, what: string, at: Span, problems: Problems): Treed | null => {
  if (rel.kind === 'windows') return { rel, move: (e) => e };
  const { window, grouped } = rel;
  if (!window || window.spec.kind === 'session') {
    problems.notYet(
      at,
      `${what} over SESSION windows, which each key has for itself`,
      'write the sessions into a kinesis table (WATERMARK FOR its window_time), and read that table in TUMBLE windows',
    );
    return null;
  }
  const { tree, move } = grouped ? groupedTree(rel, grouped) : rawTree(rel);
  const columns = rel.columns.map((c) => ({ ...c, expr: move(c.expr) }));
  const { name, parts, broken } = rel;
  return {
    rel: {
      kind: 'windows',
      name,
      columns,
      ...(parts ? { parts } : {}),
      broken,
      fn: window.fn,
      at: window.at,
      spec: window.spec as Windows['spec'],
      tree,
    },
    move,
  };
};
