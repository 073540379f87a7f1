// The key condition of a query: one value of the partition's key, and at most one condition on the sort key.
import type { Attribute } from './attribute.ts';
import { type Condition, fieldOf, givenOf, type Operand, type Scope } from './condition.ts';
import { invalid } from './table-error.ts';
import type { KeyNames } from './table-store.ts';

/** The sort keys that a query means: those from `low` to `high` that begin with `prefix`. */
export type KeyRange = {
  readonly pk: string;
  readonly low?: { readonly key: string; readonly open: boolean };
  readonly high?: { readonly key: string; readonly open: boolean };
  readonly prefix?: string;
};

const unfit = () => invalid('Query key condition not supported');

export const textKey = (value: Attribute | undefined, name: string): string => {
  if (typeof value?.S !== 'string')
    throw invalid(`One or more parameter values were invalid: Type mismatch for key ${name} expected: S`);
  if (value.S === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  return value.S;
};

const partsOf = (c: Condition): readonly Condition[] =>
  c.kind === 'and' ? [...partsOf(c.left), ...partsOf(c.right)] : [c];

export const keyRangeOf = (tree: Condition, scope: Scope, { hash, range }: KeyNames): KeyRange => {
  const parts = partsOf(tree);
  const isOn = (name: string | null, o: Operand): boolean => o.kind === 'field' && fieldOf(o, scope) === name;
  const text = (o: Operand, name: string): string => {
    if (o.kind !== 'value') throw unfit();
    return textKey(givenOf(o, scope), name);
  };
  const own = parts.find((c) => c.kind === 'compare' && c.by === '=' && isOn(hash, c.left));
  if (own?.kind !== 'compare') throw invalid(`Query condition missed key schema element: ${hash}`);
  const pk = text(own.right, hash);
  const [sort, ...more] = parts.filter((c) => c !== own);
  if (sort === undefined) return { pk };
  if (more.length > 0 || range === null) throw unfit();
  if (sort.kind === 'begins' && isOn(range, sort.of)) return { pk, prefix: text(sort.prefix, range) };
  if (sort.kind === 'between' && isOn(range, sort.of))
    return {
      pk,
      low: { key: text(sort.low, range), open: false },
      high: { key: text(sort.high, range), open: false },
    };
  if (sort.kind !== 'compare' || sort.by === '<>' || !isOn(range, sort.left)) throw unfit();
  const bound = { key: text(sort.right, range), open: sort.by === '<' || sort.by === '>' };
  if (sort.by === '=') return { pk, low: bound, high: bound };
  return sort.by === '<' || sort.by === '<=' ? { pk, high: bound } : { pk, low: bound };
};
