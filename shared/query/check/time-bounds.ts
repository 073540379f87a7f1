// The bounds of an interval join: conditions that say how far the times of two rows may lie apart.
import type { Expr } from '../plan.ts';
import { sameExpr } from './scope.ts';
import { conjuncts } from './slots.ts';

/** left time * l + right time * r + ms */
type Linear = { readonly l: number; readonly r: number; readonly ms: number };

const linear = (e: Expr, left: Expr, right: Expr): Linear | null => {
  if (sameExpr(e, left)) return { l: 1, r: 0, ms: 0 };
  if (sameExpr(e, right)) return { l: 0, r: 1, ms: 0 };
  if (e.kind === 'literal')
    return e.type.kind === 'INTERVAL' && e.value !== null ? { l: 0, r: 0, ms: Number(e.value) } : null;
  if (e.kind !== 'call') return null;
  const [a, b] = e.args.map((arg) => linear(arg, left, right));
  if (e.fn === 'NEGATE') return a ? { l: -a.l, r: -a.r, ms: -a.ms } : null;
  if (!a || !b || e.args.length !== 2 || (e.fn !== '+' && e.fn !== '-')) return null;
  const sign = e.fn === '+' ? 1 : -1;
  return { l: a.l + sign * b.l, r: a.r + sign * b.r, ms: a.ms + sign * b.ms };
};

export type Bounds = { readonly low: number | null; readonly high: number | null; readonly rest: readonly Expr[] };

/** left time - right time in [low, high] ms; null where no condition bounds it. `rest`: the conditions that are no bounds. */
export const timeBounds = (conditions: readonly Expr[], left: Expr, right: Expr): Bounds => {
  let low: number | null = null;
  let high: number | null = null;
  const atLeast = (ms: number): void => {
    low = Math.max(low ?? ms, ms);
  };
  const atMost = (ms: number): void => {
    high = Math.min(high ?? ms, ms);
  };
  const rest: Expr[] = [];
  for (const e of conditions.flatMap(conjuncts)) {
    const compared = e.kind === 'call' && ['<', '<=', '>', '>=', '='].includes(e.fn) && e.args.length === 2;
    const [a, b] = compared && e.kind === 'call' ? e.args.map((arg) => linear(arg, left, right)) : [];
    const [l, r] = a && b ? [a.l - b.l, a.r - b.r] : [0, 0];
    if (!a || !b || e.kind !== 'call' || Math.abs(l) !== 1 || l !== -r) {
      rest.push(e);
      continue;
    }
    // l * (left - right) + a.ms - b.ms  op  0
    const bound = (b.ms - a.ms) * l || 0;
    const turned: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };
    switch (l === 1 ? e.fn : turned[e.fn]) {
      case '<':
        atMost(bound - 1);
        break;
      case '<=':
        atMost(bound);
        break;
      case '>':
        atLeast(bound + 1);
        break;
      case '>=':
        atLeast(bound);
        break;
      default:
        atLeast(bound);
        atMost(bound);
    }
  }
  return { low, high, rest };
};
