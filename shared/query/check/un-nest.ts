// `CROSS JOIN UNNEST(t.items) AS i (name)`: a row for each element of an ARRAY or entry of a MAP.
import type { From } from '../ast.ts';
import type { TableColumn } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { INT, typeText } from '../type-rules.ts';
import { checkExpr } from './expression.ts';
import { inputScope } from './input-scope.ts';
import { numbered } from './join-scope.ts';
import type { Relation, RelColumn, Rows } from './relation.ts';
import { slotCount } from './relation.ts';
import { readsWindow } from './slots.ts';

type Join = Extract<From, { kind: 'join' }>;
type UnnestFrom = Extract<From, { kind: 'unnest' }>;

/** What one element gives; null when its columns must be named. */
const elementColumns = (type: RelColumn['type']): readonly TableColumn[] | null => {
  if (type.kind === 'MAP')
    return [
      { name: '', type: type.key },
      { name: '', type: type.value },
    ];
  if (type.kind !== 'ARRAY') return null;
  return type.element.kind === 'ROW' ? type.element.fields : [{ name: '', type: type.element }];
};

const isTrue = (join: Join): boolean =>
  join.on === null || (join.on.kind === 'literal' && join.on.of === 'boolean' && join.on.text.toUpperCase() === 'TRUE');

/** @returns the rows with the element's columns after their own; null after a report */
export const unNest = (join: Join, node: UnnestFrom, left: Relation, problems: Problems): Rows | null => {
  if (left.kind !== 'rows' || left.grouped) {
    problems.notYet(node.at, 'UNNEST after a join, GROUP BY or ROW_NUMBER', 'write UNNEST in the sub-query before it');
    return null;
  }
  if (left.unnest) {
    problems.notYet(
      node.at,
      'UNNEST twice',
      'write the rows of the first into a kinesis table, and UNNEST there again',
    );
    return null;
  }
  if (join.type === 'right' || join.type === 'full' || !isTrue(join)) {
    problems.notYet(
      join.on?.at ?? node.at,
      'UNNEST with a condition, or by RIGHT or FULL JOIN',
      'write CROSS JOIN UNNEST(…) AS t (x), or LEFT JOIN UNNEST(…) AS t (x) ON TRUE, and the condition in WHERE',
    );
    return null;
  }
  const array = checkExpr(node.expr, inputScope(left, 'UNNEST', problems));
  if (!array) return null;
  const elements = elementColumns(array.type);
  if (!elements) {
    problems.add(node.expr.at, `UNNEST: takes an ARRAY or a MAP, found ${typeText(array.type)}`);
    return null;
  }
  if (readsWindow(array)) return null;
  const all = [...elements, ...(node.ordinality ? [{ name: '', type: INT }] : [])];
  const { columns } = node;
  const shape = `AS ${node.alias?.name ?? 't'} (${all.map((_, i) => 'abcdefgh'[i] ?? `c${i}`).join(', ')})`;
  if (columns && columns.length !== all.length) {
    problems.add(
      node.at,
      `UNNEST: names ${columns.length} columns, each element gives ${all.length}: ${all.map((c) => typeText(c.type)).join(', ')}`,
    );
    return null;
  }
  if (!columns && all.some((c) => c.name === '')) {
    problems.notYet(node.at, `UNNEST of ${typeText(array.type)} without names for its columns`, `write ${shape}`);
    return null;
  }
  const first = slotCount(left);
  const added = all.map(
    (c, i): RelColumn => ({
      name: columns?.[i]?.name ?? c.name,
      type: c.type,
      at: columns?.[i]?.at ?? node.at,
      expr: { kind: 'slot', slot: first + i, type: c.type },
    }),
  );
  const right: Relation = {
    ...left,
    name: node.alias?.name ?? 'UNNEST',
    parts: node.alias ? [{ name: node.alias.name, from: 0, to: added.length }] : [],
    columns: added,
    broken: new Set(),
  };
  const shown = numbered([left, right]);
  return {
    ...left,
    name: shown.name,
    parts: shown.parts ?? [],
    columns: [...left.columns, ...added],
    unnest: {
      array,
      columns: added.slice(0, elements.length).map(({ name, type }) => ({ name, type })),
      ordinality: node.ordinality,
      keepsEmpty: join.type === 'left',
    },
  };
};
