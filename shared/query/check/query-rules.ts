// Rules between queries: what may read whose rows, and what a destination asks of the query that fills it.
import { type Draft, fillersOf, writersOf } from './draft.ts';
import type { Table } from './tables.ts';

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

export const checkRules = (all: readonly Draft[]): void => {
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
