// Queries over queries: who reads whose rows, the rules between them, and the ids.
import { createHash } from 'node:crypto';
import type { Input, Query } from '../plan.ts';
import { functionsIn } from '../user-functions.ts';
import { type Draft, fromOf, writersOf } from './draft.ts';
import { takeIn } from './take-in.ts';

/** JSON with sorted names, so that the order in which fields are written cannot change an id. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );

/** The way from a query's output back to its input, as names of queries; null when there is none. */
const circle = (start: Draft, all: readonly Draft[]): readonly string[] | null => {
  const seen = new Set<Draft>();
  const walk = (d: Draft, path: readonly string[]): readonly string[] | null => {
    for (const writer of writersOf(d, all)) {
      const way = [writer.query.name, ...path];
      if (writer === start) return way;
      if (seen.has(writer)) continue;
      seen.add(writer);
      const found = walk(writer, way);
      if (found) return found;
    }
    return null;
  };
  return walk(start, [start.query.name]);
};

const checkReader = (d: Draft, all: readonly Draft[]): void => {
  const { problems, from } = d;
  const at = fromOf(d);
  const writers = writersOf(d, all);
  const way = circle(d, all);
  if (way) {
    problems.add(at, `FROM: the query reads its own output and could never close a window: ${way.join(' -> ')}`);
    return;
  }
  if (from.plan.lateness > 0)
    from.problems.add(
      from.node.name.at,
      `CREATE TABLE ${from.plan.name}: 'millrace.lateness' must be 0, because the query ${d.query.name} reads the table and rows cannot be taken back`,
    );
  if (d.query.kind === 'window')
    for (const writer of writers)
      if (!writer.keepsTime) {
        const wanted =
          writer.query.kind === 'window' ? 'window_time or window_end' : `the event time of ${writer.from.plan.name}`;
        writer.problems.add(
          writer.node.query.at,
          `INSERT INTO ${from.plan.name}: "${from.plan.watermark?.column}" is its event time (WATERMARK FOR), so it must be filled with ${wanted}; the query ${d.query.name} closes windows by it`,
        );
      }
};

const checkRules = (all: readonly Draft[]): void => {
  for (const d of all) {
    const { problems, into, from, query, node } = d;
    if (!from.source && writersOf(d, all).length === 0)
      problems.add(
        fromOf(d),
        `FROM: nothing fills ${from.plan.name}: it has no 'millrace.type' and no query writes into it`,
      );
    else checkReader(d, all);
    if (query.kind === 'window' && query.window.kind === 'session' && into.plan.lateness > 0)
      into.problems.add(
        into.node.name.at,
        `CREATE TABLE ${into.plan.name}: 'millrace.lateness' must be 0, because the query ${query.name} has sessions: a late event could join two that were sent`,
      );
    const [first] = all.filter((other) => other.query.into === query.into);
    if (into.plan.primaryKey.length > 0 && first && first !== d)
      problems.add(
        node.into.at,
        `INSERT INTO: ${into.plan.name} has a PRIMARY KEY, so one query fills it, and ${first.query.name} does; use another table, or leave the key out`,
      );
  }
};

/** Everything that decides a query's rows. A change of it is a new query beside the old state. */
const definition = (d: Draft, input: Input): unknown => {
  const { name: _, at: __, ...query } = d.query;
  const { columns, watermark } = d.from.plan;
  const { columns: target, primaryKey } = d.into.plan;
  const functions = functionsIn(
    query,
    [...d.problems.functions.values()].flatMap((fn) => (fn ? [fn] : [])),
  );
  const called = functions.map((fn) => ({ hash: fn.hash, takes: fn.takes, gives: fn.gives, nulls: fn.nulls }));
  const own = called.length > 0 ? { functions: called } : {};
  return { query, input, from: { columns: d.from.columns, types: columns, watermark }, target, primaryKey, ...own };
};

/** Links the queries, those that write before those that read; with mistakes among them, only the ones without a circle. */
export const link = (drafts: readonly Draft[]): readonly Query[] => {
  checkRules(drafts);
  const all = drafts.flatMap((d) => takeIn(d, drafts));
  const done = new Map<Draft, Query>();
  const build = (d: Draft, path: readonly Draft[]): Query | null => {
    const known = done.get(d);
    if (known) return known;
    if (path.includes(d)) return null;
    const reads: string[] = [];
    for (const writer of writersOf(d, all)) {
      const read = build(writer, [...path, d]);
      if (!read) return null;
      reads.push(read.id);
    }
    const { source, plan } = d.from;
    const input: Input = {
      stream: source ? 'enriched' : 'refined',
      table: plan.name,
      types: source ? plan.types : [plan.name],
      reads: reads.sort(),
    };
    const hash = createHash('sha256')
      .update(canonical(definition(d, input)))
      .digest('hex')
      .slice(0, 8);
    const query: Query = { ...d.query, id: `${d.query.name}-${hash}`, input };
    done.set(d, query);
    return query;
  };
  for (const d of all) build(d, []);
  return [...done.values()];
};
