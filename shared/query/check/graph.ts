// Queries over queries: who reads whose rows, the rules between them, and the ids.
import { createHash } from 'node:crypto';
import type { Input, Query } from '../plan.ts';
import { functionsIn } from '../user-functions.ts';
import { canonical } from './canonical.ts';
import { type Draft, fillersOf, withInputs, writersOf } from './draft.ts';
import type { Table } from './tables.ts';
import { takeIn } from './take-in.ts';

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

/** The event time of the rows that a query gives, in words. */
const timeOf = (writer: Draft): string => {
  switch (writer.query.kind) {
    case 'window':
    case 'composed':
      return 'window_time or window_end';
    case 'interval':
      return 'the later of its two event times: GREATEST(l.ts, r.ts)';
    default:
      return `the event time of ${writer.from[0]?.plan.name}`;
  }
};

/** Rules between a query and those that fill one of the tables that it reads. */
const checkRead = (d: Draft, from: Table, all: readonly Draft[]): void => {
  const { plan, problems, node } = from;
  const reader = d.query.name;
  const refuse = (option: string): void =>
    problems.add(
      node.name.at,
      `CREATE TABLE ${plan.name}: 'millrace.${option}' must be ${option === 'lateness' ? '0' : 'left out'}, because the query ${reader} reads the table and rows cannot be taken back`,
    );
  if (plan.lateness > 0) refuse('lateness');
  if (from.early !== null) refuse('early');
  for (const writer of fillersOf(from, all)) {
    if (writer.query.kind === 'running')
      d.problems.notYet(
        d.places.from,
        `a query over ${plan.name}, whose rows change: the query ${writer.query.name} has no window`,
        `aggregate ${writer.from[0]?.plan.name} in windows in the query ${writer.query.name}, and read that; or compute both in one query`,
      );
    else if (d.query.kind !== 'stateless' && !writer.keepsTime)
      writer.problems.add(
        writer.places.query,
        `INSERT INTO ${plan.name}: "${plan.watermark?.column}" is its event time (WATERMARK FOR), so it must be filled with ${timeOf(writer)}; the query ${reader} closes windows by it`,
      );
  }
};

const checkReader = (d: Draft, all: readonly Draft[]): void => {
  const way = circle(d, all);
  if (way) {
    d.problems.add(
      d.places.from,
      `FROM: the query reads its own output and could never close a window: ${way.join(' -> ')}`,
    );
    return;
  }
  for (const from of new Set(d.from)) {
    if (from.source || fillersOf(from, all).length > 0) checkRead(d, from, all);
    else
      d.problems.add(
        d.places.from,
        `FROM: nothing fills ${from.plan.name}: it has no 'millrace.type' and no query writes into it`,
      );
  }
};

const KINDS = {
  composed: 'joins or ranks windows',
  interval: 'joins by time',
  running: 'has no window',
  window: 'has sessions',
  stateless: 'has no window',
} as const;

/** An alert is of a key: what breaches, not when. Its end is a group of a later window that HAVING leaves out. */
const checkAlert = ({ query, into }: Pick<Draft, 'query' | 'into'>, session: boolean): void => {
  const { problems, node, plan } = into;
  const say = (message: string) => problems.add(node.name.at, `CREATE TABLE ${plan.name}: 'millrace.alert' ${message}`);
  if (session || (query.kind !== 'window' && query.kind !== 'running')) {
    problems.notYet(
      node.name.at,
      `'millrace.alert' of ${plan.name}: the query ${query.name} ${KINDS[query.kind]}`,
      'leave it out and take every row, or alert on GROUP BY with HAVING',
    );
    return;
  }
  if (query.having === null) say(`tells a breach and its end; the query ${query.name} needs HAVING to say what is one`);
  if (plan.primaryKey.length === 0) say('needs a PRIMARY KEY: what breaches, such as the store');
  const bounds = query.kind === 'window' ? [0, 1, 2].map((i) => query.keys.length + i) : [];
  const timed = plan.columns.filter((c, i) => {
    const e = query.select[i];
    return plan.primaryKey.includes(c.name) && e?.kind === 'slot' && bounds.includes(e.slot);
  });
  if (timed.length > 0)
    say(`is told once for each PRIMARY KEY, so "${timed[0]?.name}" of the window must not be part of it`);
};

/** What the destination's options ask of the query that fills it. */
const checkInto = ({ query, into }: Draft): void => {
  const { problems, node, plan, early } = into;
  const { kind } = query;
  const session = kind === 'window' && query.window.kind === 'session';
  if (plan.lateness > 0 && session)
    problems.add(
      node.name.at,
      `CREATE TABLE ${plan.name}: 'millrace.lateness' must be 0, because the query ${query.name} has sessions: a late event could join two that were sent`,
    );
  else if (plan.lateness > 0 && kind !== 'window' && kind !== 'stateless')
    problems.notYet(
      node.name.at,
      `'millrace.lateness' of ${plan.name}: the query ${query.name} ${KINDS[kind]}`,
      'leave it out; a larger delay in WATERMARK FOR waits for late events',
    );
  if (plan.alert) checkAlert({ query, into }, session);
  if (early !== null && (session || (kind !== 'window' && kind !== 'composed')))
    problems.notYet(
      node.name.at,
      `'millrace.early' of ${plan.name}: the query ${query.name} ${KINDS[kind]}`,
      session
        ? 'leave it out: two sessions that were shown could become one'
        : 'leave it out: it shows rows of windows before they close',
    );
};

const checkRules = (all: readonly Draft[]): void => {
  for (const d of all) {
    checkReader(d, all);
    checkInto(d);
    const { into, query } = d;
    const [first] = all.filter((other) => other.query.into === query.into);
    if (into.plan.primaryKey.length > 0 && first && first !== d)
      d.problems.add(
        d.places.into,
        `INSERT INTO: ${into.plan.name} has a PRIMARY KEY, so one query fills it, and ${first.query.name} does; use another table, or leave the key out`,
      );
  }
};

/** Everything that decides a query's rows. A change of it is a new query beside the old state. */
const definition = (d: Draft, linked: Query): unknown => {
  const { id: _, name: __, at: ___, ...query } = linked;
  const from = d.from.map((t) => ({ columns: t.columns, types: t.plan.columns, watermark: t.plan.watermark }));
  const { columns: target, primaryKey } = d.into.plan;
  const functions = functionsIn(
    query,
    [...d.problems.functions.values()].flatMap((fn) => (fn ? [fn] : [])),
  );
  const called = functions.map((fn) => ({ hash: fn.hash, takes: fn.takes, gives: fn.gives, nulls: fn.nulls }));
  const more = called.length > 0 ? { functions: called } : {};
  if (linked.kind !== 'stateless' && linked.kind !== 'window') return { query, from, target, primaryKey, ...more };
  const { input, ...rest } = query as { readonly input: Input };
  return { query: rest, input, from: from[0], target, primaryKey, ...more };
};

const inputOf = (table: Table, reads: readonly string[]): Input => ({
  stream: table.source ? 'enriched' : 'refined',
  table: table.plan.name,
  types: table.source ? table.plan.types : [table.plan.name],
  reads,
});

/** Drafts of tables that no statement names, each once, before those that read them. */
const withFillers = (drafts: readonly Draft[]): readonly Draft[] => {
  const found = new Map<string, Draft>();
  const add = (d: Draft): void => {
    for (const table of d.from) for (const filler of table.filledBy ?? []) add(filler);
    const generated = d.into.filledBy !== undefined;
    const key = generated ? `${d.query.into} ${d.query.name}` : `${found.size}`;
    if (!generated || !found.has(key)) found.set(key, d);
  };
  for (const d of drafts) add(d);
  return [...found.values()];
};

/** Links the queries, those that write before those that read; with mistakes among them, only the ones without a circle. */
export const link = (
  drafts: readonly Draft[],
): { readonly queries: readonly Query[]; readonly tables: readonly Table[] } => {
  const given = withFillers(drafts);
  checkRules(given);
  const all = given.flatMap((d) => takeIn(d, given));
  const done = new Map<Draft, Query>();
  const build = (d: Draft, path: readonly Draft[]): Query | null => {
    const known = done.get(d);
    if (known) return known;
    if (path.includes(d)) return null;
    const inputs: Input[] = [];
    for (const table of d.from) {
      const reads: string[] = [];
      for (const writer of fillersOf(table, all)) {
        const read = build(writer, [...path, d]);
        if (!read) return null;
        reads.push(read.id);
      }
      inputs.push(inputOf(table, reads.sort()));
    }
    const linked = withInputs(d.query, inputs);
    const hash = createHash('sha256')
      .update(canonical(definition(d, linked)))
      .digest('hex')
      .slice(0, 8);
    const query: Query = { ...linked, id: `${d.query.name}-${hash}` };
    done.set(d, query);
    return query;
  };
  for (const d of all) build(d, []);
  const tables = new Map(all.flatMap((d) => d.from.filter((t) => t.filledBy).map((t) => [t.plan.name, t])));
  return { queries: [...done.values()], tables: [...tables.values()] };
};
