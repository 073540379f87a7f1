// A random history of a table as Debezium tells it, written from the documentation of its connectors: envelopes without schemas, the
// key of a row as the partition key. https://debezium.io/documentation/reference/stable/connectors/postgresql.html (mysql, sqlserver,
// oracle, mongodb)
import type { Rng } from '../../local/generate/rng.ts';
import type { Source } from '../../shared/pipeline.ts';
import { channel, type Disorder, INTO, type Message } from './channel.ts';
import { type Change, Database, type Row, type Transaction } from './database.ts';

export const CONNECTORS = ['postgresql', 'mysql', 'sqlserver', 'oracle', 'mongodb'] as const;
export type Connector = (typeof CONNECTORS)[number];

const TABLE = 'shop.customers';
const idOf = (c: Connector): string => (c === 'mongodb' ? '_id' : 'id');
export const sourceOf = (c: Connector): Source => ({
  name: 'crm',
  adapter: 'debezium',
  types: ['customer_change.v1'],
  deduplicate: null,
  transport: 60_000,
  ticks: true,
  producer: 'any',
  tables: { [TABLE]: 'customer_change.v1' },
  remember: [{ from: TABLE, into: INTO, key: [idOf(c)], columns: [idOf(c), 'name', 'n'] }],
});

type Place = {
  readonly lsn: number;
  readonly commit: number;
  readonly before: number | null;
  readonly serial?: number;
  readonly order?: number;
  readonly index?: number;
};
const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');
const lsn = (n: number): string => `${hex(n >> 12, 8)}:${hex(n & 0xfff, 8)}:0001`;
/** A file of the binlog holds 16 places, so that names get longer and positions begin anew. */
const binlog = (n: number) => ({ file: `mysql-bin.${String(n >> 4).padStart(6, '0')}`, pos: 4 + (n & 15) * 37 });

const blockOf = (c: Connector, at: Place, time: number, snapshot: string): Record<string, unknown> => {
  const common = { connector: c, ts_ms: time, snapshot, db: 'shop', table: 'customers' };
  const isRead = snapshot !== 'false';
  switch (c) {
    case 'postgresql':
      return {
        ...common,
        schema: 'shop',
        lsn: at.lsn,
        sequence: JSON.stringify([at.before === null ? null : String(at.before), String(at.lsn)]),
      };
    case 'mysql': // a transaction is written to the binlog when it commits
      return { ...common, ...binlog(isRead ? at.lsn : at.commit), row: at.index ?? 0 };
    case 'sqlserver':
      return {
        ...common,
        schema: 'shop',
        commit_lsn: lsn(at.commit),
        change_lsn: isRead ? null : lsn(at.lsn),
        event_serial_no: at.serial ?? null,
      };
    case 'oracle': // several changes share an SCN
      return {
        ...common,
        schema: 'shop',
        scn: String(at.lsn >> 2),
        ...(!isRead && { commit_scn: String(at.commit), rs_id: ` 0x00001a.${hex(at.lsn, 8)}.0010 `, ssn: 0 }),
      };
    case 'mongodb':
      // an entry of the oplog is made when a transaction commits
      return {
        ...common,
        collection: 'customers',
        table: undefined,
        ts_ms: time + at.commit * 1000,
        ord: at.order ?? 1,
      };
    default:
      return c satisfies never;
  }
};

const rowOf = (c: Connector, row: Row | null): unknown => {
  if (row === null) return null;
  return c === 'mongodb' ? JSON.stringify({ _id: row.id, name: row.name, n: row.n }) : row;
};
const keyOf = (c: Connector, id: number): string => JSON.stringify({ id: c === 'mongodb' ? String(id) : id });

const envelope = (
  c: Connector,
  op: string,
  id: number,
  rows: { before?: Row | null; after?: Row | null },
  source: unknown,
): Message => ({
  key: keyOf(c, id),
  value: { op, before: rowOf(c, rows.before ?? null), after: rowOf(c, rows.after ?? null), source, ts_ms: 1 },
});
const tombstone = (c: Connector, id: number): Message => ({ key: keyOf(c, id), value: null });

/** A changed key is a delete and an insert at one place. */
const messagesOf = (
  c: Connector,
  { full, ties }: { readonly full: boolean; readonly ties: boolean },
  t: Transaction,
  change: Change,
): readonly Message[] => {
  const index = t.changes.indexOf(change);
  const order = ties ? 1 : 1 + index;
  const block = (serial: number) => blockOf(c, { ...t, lsn: change.lsn, serial, order, index }, t.time, 'false');
  const { before, after } = change;
  if (change.op === 'truncate')
    return [{ key: 'truncate', value: { op: 't', before: null, after: null, source: block(1), ts_ms: 1 } }];
  if (before !== null && (after === null || after.id !== before.id)) {
    const shown = c === 'mongodb' ? null : full ? before : { ...before, name: null as never, n: null as never };
    const gone = [envelope(c, 'd', before.id, { before: shown }, block(1)), tombstone(c, before.id)];
    return after === null ? gone : [...gone, envelope(c, 'c', after.id, { after }, block(2))];
  }
  if (after === null) return [];
  const shown = full && c !== 'mongodb' ? before : null;
  return [envelope(c, before === null ? 'c' : 'u', after.id, { before: shown, after }, block(1))];
};

export type DebeziumOptions = {
  readonly connector: Connector;
  readonly disorder: Disorder;
  readonly table?: Parameters<typeof channel>[3];
};

/** Plays one history. @returns the first checkpoint that differs */
export const playDebezium = async (
  rng: Rng,
  { connector: c, disorder, table }: DebeziumOptions,
): Promise<string | undefined> => {
  const db = new Database(rng, rng.pick([1, 90, 990, 0xfff0]));
  const to = channel(sourceOf(c), rng, disorder, table);
  // All changes of a MongoDB transaction have one place: only the order in which they come tells them apart.
  const how = { full: rng.chance(0.5), ties: disorder !== 'any' };
  const { columns = [] } = sourceOf(c).remember?.[0] ?? {};
  /** Transactions of the log that the connector has sent. */
  let sent = 0;
  let since = 0;

  const read = (rows: ReadonlyMap<number, Row>, at: Place, kind: string): readonly Message[] =>
    [...rows.values()].map((row) => envelope(c, 'r', row.id, { after: row }, blockOf(c, at, db.time, kind)));
  const live = (from: number, end: number): readonly Message[] =>
    db.log.slice(from, end).flatMap((t) => t.changes.flatMap((change) => messagesOf(c, how, t, change)));

  /** The whole table as of now; MongoDB reads it row by row while changes go on, so its rows may be newer than the place says. */
  const snapshot = (): (() => readonly Message[]) => {
    // Of a transaction that commits first after a snapshot, PostgreSQL does not tell that it had not committed before (docs/sources.md).
    if (c === 'postgresql') while (db.isDirty) db.commit();
    const before = db.log.at(-1)?.commit ?? null;
    // Oracle and SQL Server tell up to where commits are seen; the others where the next entry will stand.
    const here = { lsn: c === 'oracle' ? (db.lsn - 1) * 4 : db.lsn, commit: db.lsn - 1, before };
    const rows = new Map(db.rows);
    return () => {
      const fuzzy =
        c === 'mongodb'
          ? new Map([...rows].flatMap(([k, row]) => (db.rows.has(k) ? [[k, db.rows.get(k) ?? row] as const] : [])))
          : rows;
      return read(fuzzy, here, 'true');
    };
  };

  /** Chunks read between two marks of the log: rows that change there meanwhile are left out. */
  const incremental = (): readonly Message[] => {
    const low = db.log.length;
    db.steps(4);
    const rows = new Map(db.rows);
    const mid = db.log.length;
    db.steps(4);
    const high = db.log.length;
    const out = [...live(sent, high)];
    sent = high;
    if (c === 'mongodb') return out;
    const touched = new Set(
      db.log.slice(low, high).flatMap((t) => t.changes.flatMap((x) => [x.before?.id, x.after?.id])),
    );
    const wiped = db.log.slice(mid, high).some((t) => t.changes.some((x) => x.op === 'truncate'));
    const kept = new Map([...rows].filter(([k]) => !touched.has(k) && !wiped));
    const mark = db.mark();
    return [...out, ...read(kept, c === 'oracle' ? { ...mark, lsn: mark.commit * 4 } : mark, 'incremental')];
  };

  db.steps(rng.below(25));
  const first = snapshot();
  sent = db.log.length;
  since = sent;
  db.steps(rng.below(25));
  const batch: Message[] = [...first()];
  for (let round = 0; round < 5; round++) {
    batch.push(...live(sent, db.log.length));
    sent = db.log.length;
    await to.send(batch.splice(0));
    const wrong = await to.difference(db.rows, columns);
    if (wrong !== undefined) return `round ${round}: ${wrong}`;
    const what = rng.below(5);
    if (what === 0) batch.push(...incremental());
    else if (what === 1) {
      // A restart sends again from the offset that was stored last.
      batch.push(...live(since + rng.below(sent - since + 1), sent));
    } else if (what === 2) {
      // A snapshot on a log that is read on where it was left.
      db.steps(8);
      const again = snapshot();
      db.steps(8);
      batch.push(...again());
    } else if (what === 3) {
      // The place in the log was lost: a new snapshot, and what was inserted and updated meanwhile is told by it alone.
      while (db.isDirty) db.commit();
      batch.push(...live(sent, db.log.length));
      db.steps(8, ['insert', 'update']);
      while (db.isDirty) db.commit();
      const anew = snapshot();
      since = sent = db.log.length;
      db.steps(8);
      batch.push(...anew());
    }
    db.steps(rng.below(25));
  }
  return undefined;
};
