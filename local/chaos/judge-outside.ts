// What PostgreSQL, a search engine and the receivers of messages must have at the end, told from the rows that lie in `refined`, whatever was sent there how often.
import type { Message } from './outside/bus.ts';
import { firstTimes, type Seen } from './read-streams.ts';
import type { SideLine } from './stores.ts';
import type { Scene } from './world/scene.ts';

/** A row on `refined`, in the words of a sink. */
type Row = {
  readonly table: string;
  readonly id: string;
  readonly key: string;
  readonly revision: string;
  readonly deleted: boolean;
  readonly data: { readonly [name: string]: unknown };
  /** `<shard> <position>`, as `rejected` names it. */
  readonly at: string;
};

/** Faults that may end a batch between its messages and its entry, or send it to two at once: only then may a message come again. */
const MAY_REPEAT = [
  ...['crash', 'zombie', 'lost', 'refused', 'partial', 'landsLater', 'writeLandsLater', 'early', 'secondMapping'],
  ...['replace', 'nearTimeLimit', 'destinationDown', 'entriesFailed', 'nap', 'quietWeeks', 'silence', 'redeploy'],
  'restore',
];

const rowsOf = (scene: Scene, refined: readonly Seen[]): readonly Row[] => {
  const keys = new Map(scene.wholePlan.tables.map((t) => [t.name, t.primaryKey]));
  return refined.map(({ e, pos }) => {
    const { id, type, deleted, data } = JSON.parse(Buffer.from(e.bytes).toString());
    const columns = keys.get(type) ?? [];
    const key = columns.length === 0 ? id : JSON.stringify(columns.map((c) => data[c] ?? null));
    const shard = e.lane.slice(0, e.lane.lastIndexOf('/'));
    return { table: type, id, key, revision: pos, deleted: deleted === true, data, at: `${shard} ${pos}` };
  });
};

const byRevision = (rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((a, b) => (a.revision < b.revision ? -1 : a.revision > b.revision ? 1 : 0));

const tablesWith = (scene: Scene, ...connectors: readonly string[]): ReadonlySet<string> =>
  new Set(scene.wholePlan.tables.filter((t) => connectors.includes(t.connector)).map((t) => t.name));

const named = (r: Pick<Row, 'table' | 'id' | 'revision'>): string => `${r.table} ${r.id} ${r.revision}`;

/**
 * Of each key the newest revision; when the table cannot hold that one, one before it or none.
 * @param ever rows that count for nobody since a restore too: the warehouse had them before, and goes on from there
 */
const judgeWarehouse = (
  scene: Scene,
  rows: readonly Row[],
  ever: readonly Row[],
  refused: ReadonlySet<string>,
): readonly string[] => {
  const { refuses, warehouse } = scene.outside;
  const problems: string[] = [];
  for (const table of tablesWith(scene, 'jdbc')) {
    const want = new Map<string, Row>();
    const last = new Map<string, Row>();
    const isTaken = (r: Row) => r.table === table && (r.deleted || !refuses(r.data));
    const taken = new Set(ever.filter(isTaken).map((r) => `${r.key} ${r.revision}`));
    for (const r of byRevision(rows.filter((x) => x.table === table))) {
      if (isTaken(r)) want.set(r.key, r);
      last.set(r.key, r);
    }
    for (const r of last.values())
      if (!r.deleted && refuses(r.data) && !refused.has(r.at))
        problems.push(`warehouse: ${table} was refused ${r.id} ${r.revision}, and nobody says so`);
    const keyed = scene.wholePlan.tables.some((t) => t.name === table && t.primaryKey.length > 0);
    const have = new Map(warehouse.standing(table).map((s) => [keyed ? s.key : (JSON.parse(s.key) as [string])[0], s]));
    for (const [key, r] of want) {
      const s = have.get(key);
      // Of a batch's rows of a key only the newest is tried: when that is refused, those before it may be missing.
      if (last.get(key) !== r && (s === undefined || taken.has(`${key} ${s.version}`))) continue;
      const stands = s && (s.deleted ? 'gone' : JSON.stringify(s.row));
      const wanted = r.deleted ? 'gone' : JSON.stringify(r.data);
      if (stands !== wanted) problems.push(`warehouse: ${table} ${key} is ${stands ?? 'not there'}, not ${wanted}`);
      else if (s?.version !== r.revision)
        problems.push(`warehouse: ${table} ${key} has revision ${s?.version}, not ${r.revision}`);
    }
    for (const key of have.keys()) if (!want.has(key)) problems.push(`warehouse: ${table} unexpected ${key}`);
  }
  return problems;
};

/** The same of a search engine, whose documents do not tell their revision in words. */
const judgeSearch = (scene: Scene, rows: readonly Row[], refused: ReadonlySet<string>): readonly string[] => {
  const { refuses, engine } = scene.outside;
  const problems: string[] = [];
  const textOf = (r: Row): string => (r.deleted ? 'gone' : JSON.stringify(r.data));
  for (const table of tablesWith(scene, 'opensearch-2')) {
    const docs = engine.docs(table);
    const mine = Map.groupBy(byRevision(rows.filter((r) => r.table === table)), (r) => r.key);
    for (const [key, all] of mine) {
      const last = all.at(-1) as Row;
      const isRefused = (r: Row): boolean => !r.deleted && refuses(r.data);
      if (isRefused(last) && !refused.has(last.at))
        problems.push(`search: ${table} was refused ${last.id} ${last.revision}, and nobody says so`);
      const doc = docs.get(key);
      const stands = doc === undefined ? 'gone' : JSON.stringify(JSON.parse(doc));
      const may = isRefused(last) ? ['gone', ...all.filter((r) => !isRefused(r)).map(textOf)] : [textOf(last)];
      if (!may.includes(stands)) problems.push(`search: ${table} ${key} is ${stands}, not ${may.join(' or ')}`);
    }
    for (const key of docs.keys()) if (!mine.has(key)) problems.push(`search: ${table} unexpected ${key}`);
  }
  return problems;
};

/** Of the rows of a key the first that breaches, and the first after it that does not: one message each. */
const turnsOf = (rows: readonly Row[], refuses: (r: Row) => boolean): readonly Row[] => {
  const open = new Set<string>();
  return byRevision(rows).filter((r) => {
    const isOpen = open.has(r.key);
    // A message that its queue never takes was not told: the next row of the breach tells it.
    if (r.deleted === !isOpen || refuses(r)) return false;
    if (r.deleted) open.delete(r.key);
    else open.add(r.key);
    return true;
  });
};

const judgeBus = (scene: Scene, rows: readonly Row[], refused: ReadonlySet<string>): readonly string[] => {
  const { bus, refuses } = scene.outside;
  const counts: Readonly<Record<string, number | undefined>> = scene.schedule.struck.counts;
  const struck = (name: string): boolean => (counts[name] ?? 0) > 0;
  const problems: string[] = [];
  const isRefused = (r: Row) => !r.deleted && refuses(r.data);
  const first = new Map<string, Message>();
  const newest = new Map<string, string>();
  const fifo = new Set(
    scene.wholePlan.tables.filter((t) => t.options['queue-url']?.endsWith('.fifo')).map((t) => t.name),
  );
  // Of a call that brokers refuse for one record, those of other partitions stand there, and come again.
  const comesAgain = scene.shape.refusedRows ? tablesWith(scene, 'kafka', 'upsert-kafka') : new Set<string>();
  let repeats = bus.dropped;
  for (const m of bus.taken) {
    const known = first.get(named(m));
    if (known !== undefined) {
      if (!comesAgain.has(m.table)) repeats++;
      if (known.text !== m.text) problems.push(`bus: ${m.table} two contents of ${m.id} ${m.revision}`);
      continue;
    }
    first.set(named(m), m);
    const key = `${m.table} ${m.key}`;
    if ((newest.get(key) ?? '') > m.revision)
      problems.push(
        `bus: ${m.table} ${m.key} ${m.revision} came after ${newest.get(key)}${fifo.has(m.table) ? ' (FIFO)' : ''}`,
      );
    newest.set(key, m.revision);
  }
  const restored = struck('restore');
  if (repeats > 0 && !MAY_REPEAT.some(struck))
    problems.push(`bus: ${repeats} messages came again, and nothing ended a batch in its middle`);
  for (const table of tablesWith(scene, 'sqs', 'eventbridge', 'http-sink', 'kafka', 'upsert-kafka')) {
    const mine = rows.filter((r) => r.table === table);
    const alert = scene.wholePlan.tables.some((t) => t.name === table && t.alert);
    const want = alert ? turnsOf(mine, isRefused) : mine.filter((r) => !isRefused(r));
    const names = new Set(want.map(named));
    for (const r of want) if (!first.has(named(r))) problems.push(`bus: ${table} missing ${r.id} ${r.revision}`);
    if (!restored)
      for (const m of first.values())
        if (m.table === table && !names.has(named(m))) problems.push(`bus: ${table} unexpected ${m.id} ${m.revision}`);
    if (!alert)
      for (const r of mine)
        if (isRefused(r) !== refused.has(r.at))
          problems.push(`bus: ${table} ${r.id} ${r.revision} is ${isRefused(r) ? 'not ' : ''}among the rejected`);
  }
  return problems;
};

const OF_MESSAGES = ['publish', 'call-webhook', 'write-topic'] as const;
export const OUTSIDE_STAGES: ReadonlySet<string | undefined> = new Set([
  ...['write-warehouse', 'write-search'],
  ...OF_MESSAGES,
]);

/** @param aside the lines of `rejected` */
export const judgeOutside = (scene: Scene, refined: readonly Seen[], aside: readonly SideLine[]): readonly string[] => {
  if (!scene.shape.outside) return [];
  const rows = rowsOf(scene, refined);
  const ever = scene.copies.fences.length === 0 ? rows : rowsOf(scene, firstTimes(scene.refined, []));
  const refusedBy = (...stages: readonly string[]) =>
    new Set(aside.filter((l) => stages.includes(l.stage ?? '')).map((l) => `${l.shard} ${l.position}`));
  const { struck } = scene.schedule;
  if (aside.some((l) => OUTSIDE_STAGES.has(l.stage))) struck.add('refusedRows');
  return [
    ...judgeWarehouse(scene, rows, ever, refusedBy('write-warehouse')),
    ...judgeSearch(scene, rows, refusedBy('write-search')),
    ...judgeBus(scene, rows, refusedBy(...OF_MESSAGES)),
  ];
};
