// A random history of a table as a task of AWS DMS writes it to Kinesis: full load and ongoing changes, before images of keys.
// https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Kinesis.html
import type { Rng } from '../../local/generate/rng.ts';
import { truncateItem } from '../../shared/enrich/remembered.ts';
import type { Source } from '../../shared/pipeline.ts';
import { beginningOf } from '../../shared/steps/remember/version.ts';
import { channel, type Disorder, INTO, type Message } from './channel.ts';
import { type Change, Database, type Row, type Transaction } from './database.ts';

/** What the positions of a task are: a place for each change, one for each transaction, or commit times alone. */
export const FORMS = ['postgresql', 'mysql', 'by transaction', 'times'] as const;
export type Form = (typeof FORMS)[number];

const sourceOf = (restarts: readonly number[]): Source => ({
  name: 'crm',
  adapter: 'dms',
  types: ['customer_change.v1'],
  deduplicate: null,
  transport: 60_000,
  ticks: true,
  producer: 'any',
  tables: { 'shop.customers': 'customer_change.v1' },
  remember: [{ from: 'shop.customers', into: INTO, key: ['id'], columns: ['id', 'name', 'n'] }],
  restarts,
});

/** Two hexadecimal numbers; the second turns over early. */
const postgres = (n: number): string =>
  `${(n >> 8).toString(16).toUpperCase()}/${(n & 255).toString(16).toUpperCase()}`;
const binlog = (n: number): string => `mysql-bin-changelog.${String(n >> 4).padStart(6, '0')}:${4 + (n & 15) * 37}`;

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`;

const record = (
  operation: string,
  row: object,
  image: object | undefined,
  more: Record<string, unknown>,
  id: number,
): Message => ({
  key: `shop.customers.${id}`,
  value: {
    data: row,
    ...(image && { 'before-image': image }),
    metadata: { 'record-type': 'data', operation, 'schema-name': 'shop', 'table-name': 'customers', ...more },
  },
});

const changeRecord = (form: Form, t: Transaction, change: Change, restart: number): Message => {
  const index = t.changes.indexOf(change);
  const at = form === 'by transaction' ? t.commit : change.lsn;
  const stream = form === 'mysql' ? binlog(t.commit) : form === 'times' ? undefined : postgres(at);
  const time = timeText(restart + t.time);
  const metadata = {
    timestamp: time,
    'commit-timestamp': time,
    ...(form !== 'times' && { 'transaction-id': t.id, 'transaction-record-id': index + 1 }),
    ...(stream !== undefined && { 'stream-position': stream }),
  };
  const { before, after } = change;
  // Without nulls: a column that is not there has no value.
  if (before === null) return record('insert', after as Row, undefined, metadata, (after as Row).id);
  if (after === null) return record('delete', { id: before.id }, undefined, metadata, before.id);
  return record('update', after, { id: before.id }, metadata, before.id);
};

export type DmsOptions = {
  readonly form: Form;
  readonly disorder: Disorder;
  readonly table?: Parameters<typeof channel>[3];
};

/** How much later the log of the second task begins; the positions of its log begin anew. */
const LATER = 86_400_000;

/** Plays one history. @returns the first checkpoint that differs */
export const playDms = async (rng: Rng, { form, disorder, table }: DmsOptions): Promise<string | undefined> => {
  let db = new Database(rng, rng.pick([1, 90, 250, 0xff0]));
  let restart = 0;
  const restarted = db.time + LATER / 2;
  const to = channel(sourceOf([restarted]), rng, disorder, table);
  let sent = 0;
  let since = 0;

  const live = (from: number, end: number): readonly Message[] =>
    db.log.slice(from, end).flatMap((t) => t.changes.map((change) => changeRecord(form, t, change, restart)));
  /** DMS notes changes from here on, and reads the table row by row while they are made. */
  const load = (): (() => readonly Message[]) => {
    const rows = new Map(db.rows);
    return () =>
      [...rows.values()].flatMap((row) => {
        const now = rng.chance(0.5) ? row : db.rows.get(row.id);
        const timestamp = timeText(restart + db.time);
        return now === undefined ? [] : [record('load', now, undefined, { timestamp }, now.id)];
      });
  };
  // DMS does not tell that a table was truncated.
  const KINDS = ['insert', 'update', 'delete'];
  const steps = (count: number): void => db.steps(count, rng.chance(0.5) ? KINDS : undefined, false);

  steps(rng.below(25));
  let waiting = load();
  since = sent = db.log.length;
  steps(rng.below(25));
  const batch: Message[] = [...waiting()];
  for (let round = 0; round < 5; round++) {
    batch.push(...live(sent, db.log.length));
    sent = db.log.length;
    await to.send(batch.splice(0));
    const wrong = await to.difference(db.rows, ['id', 'name', 'n']);
    if (wrong !== undefined) return `round ${round}: ${wrong}`;
    const what = rng.below(4);
    if (what === 0)
      batch.push(...live(since + rng.below(sent - since + 1), sent)); // a restart from a checkpoint
    else if (what === 1 && restart === 0) {
      // The table is loaded again from another server, whose log begins anew; what happened meanwhile is told by nothing else.
      const rows = new Map(db.rows);
      db = new Database(rng, 1);
      for (const [key, row] of rows) db.rows.set(key, row);
      steps(15);
      while (db.isDirty) db.commit();
      restart = LATER;
      // Rows that are not loaded again are forgotten: millrace reference --forget
      await to.table.put(truncateItem(INTO, beginningOf(1)), { kind: 'below', field: 'pos', value: beginningOf(1) });
      waiting = load();
      since = sent = db.log.length;
      steps(15);
      batch.push(...waiting());
    }
    steps(rng.below(25));
  }
  return undefined;
};
