// Joins of relations over the same windows.
import type { Span } from '../ast.ts';
import { filterTree } from '../logic-plan/filter-tree.ts';
import type { JoinType, Tree } from '../logic-plan/tree.ts';
import { rolesOf, widthOf } from '../logic-plan/tree.ts';
import type { Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { showDuration } from '../show/duration.ts';
import { allParts, type Condition, concrete } from './join-scope.ts';
import type { RelColumn, Rows, Windows } from './relation.ts';
import { call } from './scope.ts';
import { allOf, conjuncts, shifted, slotsOf } from './slots.ts';
import { treeOf } from './windows.ts';

const specText = (spec: Windows['spec'], fn: string): string => {
  if (spec.kind === 'tumble') return `${fn} of ${showDuration(spec.size)}`;
  const step = spec.kind === 'hop' ? spec.slide : spec.step;
  return `${fn} of ${showDuration(step)}, ${showDuration(spec.size)}`;
};

const WHOLE =
  'write ON l.window_start = r.window_start AND l.window_end = r.window_end AND … ; both sides must select both';

/** Whether both have the same windows; the mistake is then reported. */
export const sameWindows = (a: Windows, b: Windows, what: string, at: Span, problems: Problems): boolean => {
  if (JSON.stringify(a.spec) === JSON.stringify(b.spec)) return true;
  problems.notYet(
    at,
    `${what} of unequal windows: ${specText(a.spec, a.fn)} and ${specText(b.spec, b.fn)}`,
    'give both sides the same window function and lengths',
  );
  return false;
};

type Parted = {
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly left: readonly Expr[];
  readonly right: readonly Expr[];
  readonly on: readonly Expr[];
  /** Window columns that both sides have alike. */
  readonly bounds: ReadonlySet<string>;
};

/** Equalities of both sides, conditions of one side, and the others. */
export const partConditions = (
  conditions: readonly Expr[],
  width: number,
  roleOf: (slot: number) => string | undefined,
): Parted => {
  const [leftKeys, rightKeys, left, right, on]: Expr[][] = [[], [], [], [], []];
  const bounds = new Set<string>();
  const within = (e: Expr, from: number, to: number): boolean => {
    const slots = slotsOf([e]);
    return slots.length > 0 && slots.every((slot) => slot >= from && slot < to);
  };
  const isLeft = (e: Expr): boolean => within(e, 0, width);
  const isRight = (e: Expr): boolean => within(e, width, Number.POSITIVE_INFINITY);
  for (const e of conditions.flatMap(conjuncts)) {
    const [a, b] = e.kind === 'call' && e.fn === '=' ? e.args : [];
    const [x, y] = a && b && isRight(a) && isLeft(b) ? [b, a] : [a, b];
    if (x && y && isLeft(x) && isRight(y)) {
      const role = x.kind === 'slot' ? roleOf(x.slot) : undefined;
      if (role !== undefined && y.kind === 'slot' && roleOf(y.slot) === role) {
        bounds.add(role);
        continue;
      }
      leftKeys?.push(x);
      rightKeys?.push(shifted(y, -width));
    } else if (isLeft(e)) left?.push(e);
    else if (isRight(e)) right?.push(shifted(e, -width));
    else on?.push(e);
  }
  return {
    leftKeys: leftKeys ?? [],
    rightKeys: rightKeys ?? [],
    left: left ?? [],
    right: right ?? [],
    on: on ?? [],
    bounds,
  };
};

const kept = (tree: Tree, where: readonly Expr[]): Tree => {
  const all = allOf(where);
  return all ? filterTree(tree, all) : tree;
};

/** Which one-sided conditions of ON may be put on their side before the join: those of the side whose rows need no partner to stay. */
const PUSHES: Readonly<Record<JoinType, readonly [left: boolean, right: boolean]>> = {
  inner: [true, true],
  left: [false, true],
  right: [true, false],
  full: [false, false],
  semi: [true, true],
  anti: [false, true],
};

/**
 * @param conditions over the numbers of the columns of both
 * @param nulls      of NOT IN: a condition that must hold or be unknown
 * @returns          its columns: those of both, of semi and anti joins the left ones; null after a report
 */
export const windowJoin = (
  type: JoinType,
  leftRel: Rows | Windows,
  rightRel: Rows | Windows,
  conditions: readonly Condition[],
  at: Span,
  problems: Problems,
  nulls: Expr | null = null,
): Windows | null => {
  const what = type === 'semi' || type === 'anti' ? 'a sub-query in WHERE' : 'a join';
  const l = treeOf(leftRel, what, at, problems)?.rel;
  const r = l && treeOf(rightRel, what, at, problems)?.rel;
  if (!l || !r || !sameWindows(l, r, what, at, problems)) return null;
  const width = widthOf(l.tree);
  const moved: readonly RelColumn[] = [...l.columns, ...r.columns.map((c) => ({ ...c, expr: shifted(c.expr, width) }))];
  const roles = [...rolesOf(l.tree), ...rolesOf(r.tree)];
  const all = conditions.map((c) => concrete(c.expr, moved));
  const parted = partConditions(all, width, (slot) => roles[slot]);
  const missing = (['window_start', 'window_end'] as const).filter((role) => !parted.bounds.has(role));
  if (missing.length > 0) {
    const half = missing.length === 1 ? `without l.${missing[0]} = r.${missing[0]}` : 'without equal windows';
    problems.notYet(conditions[0]?.at ?? at, `${what} of windows ${half}`, WHOLE);
    return null;
  }
  const [pushLeft, pushRight] = PUSHES[type];
  const unknown = nulls ? [call('IS NOT FALSE', [concrete(nulls, moved)], { kind: 'BOOLEAN' })] : [];
  const on = [
    ...parted.on,
    ...unknown,
    ...(pushLeft ? [] : parted.left),
    ...(pushRight ? [] : parted.right.map((e) => shifted(e, width))),
  ];
  const tree: Tree = {
    kind: 'join',
    type,
    left: kept(l.tree, pushLeft ? parted.left : []),
    right: kept(r.tree, pushRight ? parted.right : []),
    leftKeys: parted.leftKeys,
    rightKeys: parted.rightKeys,
    on: allOf(on),
  };
  const own = type === 'semi' || type === 'anti';
  const { fn, spec } = l;
  return {
    kind: 'windows',
    name: own ? l.name : `${l.name} and ${r.name}`,
    columns: own ? l.columns : moved,
    parts: own ? allParts([l]) : allParts([l, r]),
    broken: own ? l.broken : new Set([...l.broken, ...r.broken]),
    fn,
    at,
    spec,
    tree,
  };
};
