// UNION ALL of sources as one relation: its row holds the columns of all of them and the event's type, which says whose they are.
import type { Span } from '../ast.ts';
import type { Column, Expr } from '../plan.ts';
import type { Problems } from '../problem.ts';
import { BOOLEAN, STRING, typeText } from '../type-rules.ts';
import type { SqlType } from '../types.ts';
import { castTo, commonOf } from './coerce.ts';
import { literal } from './literals.ts';
import { isTime, isWindowed, type Relation, type RelColumn, type Rows } from './relation.ts';
import { call, sameExpr } from './scope.ts';
import { mapSlots } from './slots.ts';
import type { Table } from './tables.ts';
import { unionOfWindows } from './union-windows.ts';

const NONE: Expr = literal(true, BOOLEAN);

/** The columns of a UNION's parts in one type each, as Flink finds it; null after a report. */
export const alignParts = (parts: readonly Relation[], problems: Problems): readonly Relation[] | null => {
  const [first, ...rest] = parts;
  if (!first || rest.length === 0) return parts;
  for (const part of rest) {
    if (part.columns.length === first.columns.length) continue;
    const at = part.columns[0]?.at ?? first.columns[0]?.at;
    if (at)
      problems.add(
        at,
        `UNION ALL: this part has ${part.columns.length} columns, the first has ${first.columns.length}`,
      );
    return null;
  }
  const types: (SqlType | null)[] = first.columns.map((c, i) => {
    const all = parts.flatMap((p) => p.columns[i] ?? []);
    const type = commonOf(all.map((x) => x.expr));
    if (type) return type;
    const found = [...new Set(all.map((x) => typeText(x.type)))].join(' and ');
    const last = all.find((x) => typeText(x.type) !== typeText(c.type)) ?? c;
    problems.add(last.at, `UNION ALL: column ${i + 1} is ${found}; make them alike by CAST`);
    return null;
  });
  const known = types.flatMap((t) => t ?? []);
  if (known.length < types.length) return null;
  return parts.map((part) => ({
    ...part,
    columns: part.columns.map((c, i): RelColumn => {
      const type = known[i] ?? c.type;
      return { ...c, name: first.columns[i]?.name ?? c.name, type, expr: castTo(c.expr, type) };
    }),
  }));
};

/** What `choose` says for the part that an event belongs to; the last part is what the others are not. */
const byType = (type: Expr, parts: readonly Rows[], of: readonly Expr[], as: SqlType): Expr => {
  const [first] = of;
  if (first && of.every((e) => sameExpr(e, first))) return first;
  const args = parts.flatMap((part, i) => {
    const result = of[i];
    if (!result || i === parts.length - 1) return result ? [result] : [];
    const list = part.base.plan.types.map((t) => literal(t, STRING));
    return [call('IN', [type, ...list], BOOLEAN), result];
  });
  return call('CASE', args, as);
};

/** @param given aligned */
export const unionOf = (given: readonly Relation[], at: Span, problems: Problems): Relation | null => {
  if (given.length === 1) return given[0] ?? null;
  const windows = given.filter(isWindowed);
  if (windows.length > 0 && windows.length === given.length) return unionOfWindows(windows, at, problems);
  const parts = given.filter((p): p is Rows => p.kind === 'rows');
  const [first] = parts;
  if (!first) {
    problems.notYet(at, 'UNION ALL of rows that change, inside FROM', 'write each by an INSERT INTO of its own');
    return null;
  }
  const refuse = (what: string, wayRound: string): null => {
    problems.notYet(at, what, wayRound);
    return null;
  };
  if (parts.length < given.length || parts.some((p) => p.grouped || p.window))
    return refuse(
      'UNION ALL of rows of windows or joins and of others, inside FROM',
      'write each into one kinesis table by INSERT INTO, and read that',
    );
  if (parts.some((p) => p.lookups.length > 0 || p.unnest))
    return refuse(
      'UNION ALL of look-ups or UNNEST, inside FROM',
      'look up and UNNEST after the union, or write each part by an INSERT INTO into one kinesis table, and read that',
    );
  if (parts.some((p) => !p.base.source))
    return refuse(
      'UNION ALL of tables that queries fill, inside FROM',
      'write into one kinesis table from each query, and read that',
    );
  const types = parts.flatMap((p) => p.base.plan.types);
  if (new Set(types).size < types.length)
    return refuse(
      'UNION ALL that reads one event type twice, inside FROM',
      'write one SELECT with OR in its WHERE, or write each part into one kinesis table and read that',
    );
  const columns: Column[] = [{ name: 'type', type: STRING, from: { kind: 'attribute', name: 'type' } }];
  const slotFor = (column: Column): number => {
    const known = columns.findIndex((c) => sameFrom(c, column));
    return known >= 0 ? known : columns.push(column) - 1;
  };
  const moved = parts.map((part) => {
    const slots = part.base.columns.map(slotFor);
    const move = (e: Expr): Expr => mapSlots(e, (s) => ({ ...s, slot: slots[s.slot] ?? s.slot }));
    return { part, columns: part.columns.map((c) => move(c.expr)), where: part.where && move(part.where) };
  });
  const type: Expr = { kind: 'slot', slot: 0, type: STRING };
  const timed = first.columns.findIndex((_, i) => parts.every((p) => p.columns[i] && isTime(p, p.columns[i])));
  const time = timed >= 0 ? (moved[0]?.columns[timed] ?? null) : null;
  const delay = Math.max(...parts.map((p) => p.base.plan.watermark?.delay ?? 0));
  const name = [...new Set(parts.map((p) => p.base.plan.name))].join(', ');
  const watermark = time ? { column: first.columns[timed]?.name ?? '', delay } : null;
  const base: Table = { ...first.base, columns, shown: [], plan: { ...first.base.plan, name, types, watermark } };
  return {
    kind: 'rows',
    name: 'the union',
    lookups: [],
    unnest: null,
    columns: first.columns.map((c, i) => ({
      ...c,
      expr: byType(
        type,
        parts,
        moved.flatMap((m) => m.columns[i] ?? []),
        c.type,
      ),
    })),
    broken: new Set(parts.flatMap((p) => [...p.broken])),
    base,
    where: moved.some((m) => m.where)
      ? byType(
          type,
          parts,
          moved.map((m) => m.where ?? NONE),
          BOOLEAN,
        )
      : null,
    time,
    window: null,
    grouped: null,
  };
};

const sameFrom = (a: Column, b: Column): boolean =>
  JSON.stringify([a.from, a.type]) === JSON.stringify([b.from, b.type]);
