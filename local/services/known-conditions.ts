// dynalite 4.0.0 parses each expression anew, which takes more than half of its time for a small write. Ours are few and differ in
// their values alone: one that was parsed is kept, and the values of the call are put into it.
import parser from 'dynalite/db/conditionParser.js';

type Context = {
  readonly attrNames?: Readonly<Record<string, string>>;
  readonly attrVals?: Readonly<Record<string, object>>;
  readonly unusedAttrNames: Record<string, boolean>;
  readonly unusedAttrVals: Record<string, boolean>;
  readonly isKeyCondition?: boolean;
};
type Known = {
  /** With the values' names, marked, in their places. */
  readonly put: (values: Readonly<Record<string, object>>) => unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
};

/** Expressions kept; ours are a handful. */
const MOST = 100;
const known = new Map<string, Known>();
let taught = false;

/** Rules of the parser depend on the types of values, so those belong to the key. */
const keyOf = (text: string, { attrNames, attrVals = {}, isKeyCondition }: Context): string =>
  JSON.stringify([
    text,
    isKeyCondition ?? false,
    attrNames,
    Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]),
  ]);

/** A parsed expression as a function of the call's values, which it holds by reference. */
const template = (tree: unknown, names: ReadonlyMap<unknown, string>): Known['put'] => {
  const name = names.get(tree);
  if (name !== undefined) return (values) => values[name];
  if (typeof tree !== 'object' || tree === null) return () => tree;
  if (Array.isArray(tree)) {
    const parts = tree.map((part) => template(part, names));
    return (values) => parts.map((put) => put(values));
  }
  const fields = Object.entries(tree).map(([field, part]) => [field, template(part, names)] as const);
  return (values) => Object.fromEntries(fields.map(([field, put]) => [field, put(values)]));
};

export const rememberConditions = (): void => {
  if (taught) return;
  taught = true;
  const { parse } = parser;
  parser.parse = (text, options) => {
    const context = options.context as Context;
    const { attrVals = {}, unusedAttrNames, unusedAttrVals } = context;
    // BETWEEN compares its bounds while it is parsed.
    if (/between/i.test(text)) return parse(text, options);
    const key = keyOf(text, context);
    const found = known.get(key);
    if (found !== undefined) {
      for (const name of found.names) delete unusedAttrNames[name];
      for (const name of found.values) delete unusedAttrVals[name];
      return found.put(attrVals);
    }
    const before = { names: Object.keys(unusedAttrNames), values: Object.keys(unusedAttrVals) };
    const tree = parse(text, options);
    if (known.size < MOST)
      known.set(key, {
        put: template(tree, new Map(Object.entries(attrVals).map(([name, value]) => [value, name]))),
        names: before.names.filter((name) => !(name in unusedAttrNames)),
        values: before.values.filter((name) => !(name in unusedAttrVals)),
      });
    return tree;
  };
};
