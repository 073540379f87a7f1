// GROUPING SETS: each set by itself.
import type { Expr } from '../plan.ts';
import { BIGINT } from '../type-rules.ts';
import { literal } from './literals.ts';
import type { Grouped } from './relation.ts';

/** One of the sets of a GROUPING SETS as a group of its own: keys that it leaves out are NULL. */
export const oneSet = (grouped: Pick<Grouped, 'keys'>, set: readonly number[]) => {
  const count = grouped.keys.length;
  const place = (e: Expr): Expr => {
    if (e.kind === 'call' && e.fn === 'GROUPING') {
      const bits = e.args.map((arg) => (arg.kind === 'slot' && set.includes(arg.slot) ? '0' : '1'));
      return literal(BigInt(`0b${bits.join('')}`).toString(), BIGINT);
    }
    if (e.kind === 'call') return { ...e, args: e.args.map(place) };
    if (e.kind !== 'slot') return e;
    if (e.slot >= count) return { ...e, slot: e.slot - count + set.length };
    const index = set.indexOf(e.slot);
    return index >= 0 ? { ...e, slot: index } : literal(null, e.type);
  };
  return { keys: set.flatMap((i) => grouped.keys[i] ?? []), place };
};
