// Rows into Amazon Redshift: staged on S3, then COPY and MERGE in one transaction by the Data API; the newest revision of a key wins.
import { hash } from 'node:crypto';
import { parseJson, stringifyJson } from '../event/json.ts';
import { Fault } from '../faults.ts';
import { getOrMake } from '../get-or-make.ts';
import type { Clock, Objects } from '../ports.ts';
import type { TablePlan } from '../query/plan.ts';
import { type Destination, type SinkRow, STORED } from '../steps/sink/destination.ts';
import { type Ms, seconds } from '../time.ts';
import { redshiftBatch } from './redshift-sql.ts';

/** Where a warehouse is: a provisioned cluster or a serverless workgroup, told by its host name. */
export type Warehouse = { readonly cluster: string } | { readonly workgroup: string };

/** `shop.c9aklmwyabcd.eu-north-1.redshift.amazonaws.com`, `shop.123456789012.eu-north-1.redshift-serverless.amazonaws.com`; null for others. */
export const warehouseOf = (hostname: string): (Warehouse & { readonly region: string }) | null => {
  const found = /^([a-z0-9-]+)\.[a-z0-9]+\.([a-z0-9-]+)\.redshift(-serverless)?\.amazonaws\.com(\.cn)?$/.exec(hostname);
  const [, name = '', region = '', serverless] = found ?? [];
  if (found === null) return null;
  return serverless === undefined ? { cluster: name, region } : { workgroup: name, region };
};

/**
 * @param place host name and database, parted by a space
 * @throws Fault setting.invalid for a host name that is none of Redshift's, which `check` refuses
 */
export const redshiftPlace = (
  place: string,
): { readonly warehouse: NonNullable<ReturnType<typeof warehouseOf>>; readonly database: string } => {
  const [hostname = '', database = ''] = place.split(' ');
  const warehouse = warehouseOf(hostname);
  if (warehouse === null) throw new Fault('setting.invalid', `${hostname} is no endpoint of Redshift`);
  return { warehouse, database };
};

export type Statement = {
  readonly status: 'running' | 'finished' | 'failed';
  /** Of a failed one, as the service words it. */
  readonly error: string;
};

/** The Data API. Each throws a Fault of a destination. */
export type DataApi = {
  /** Statements as one transaction. The same token again is the same statement, for 8 hours. @returns its id */
  batch(statements: readonly string[], token: string): Promise<string>;
  describe(id: string): Promise<Statement>;
};

export type RedshiftDeps = {
  readonly api: DataApi;
  readonly tables: readonly TablePlan[];
  /** The bucket that holds what is staged. */
  readonly stage: Objects;
  /** Before the names of what is staged: objects below it expire. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly wait: (ms: Ms) => Promise<void>;
  /** For messages. */
  readonly name: string;
};

/** A statement that runs longer comes again with the next delivery: its token finds it. */
const PATIENCE: Ms = seconds(40);
const FIRST_WAIT: Ms = 200;
const LONGEST_WAIT: Ms = seconds(2);

/** Of what a COPY or a constraint says of a row, and not of the table, the lock or the machine. */
const OF_THE_ROWS =
  /load_error|load into table .* failed|value too long|invalid input|out of range|overflow|numeric data|cannot be parsed/i;
const MISSING = /does not exist|permission denied/i;

/** The row with what Millrace keeps beside it; of one that must go, its key alone. */
const lineOf = (r: SinkRow, key: readonly string[]): string => {
  const byId = key.length === 0;
  const own = JSON.stringify({ ...(byId && { _id: r.id }), _version: r.version, _deleted: r.row === null }).slice(1);
  let row = r.row;
  if (row === null) {
    const parsed = byId ? undefined : parseJson(Buffer.from(r.key));
    const values = parsed?.ok && Array.isArray(parsed.value) ? parsed.value : [];
    row = stringifyJson(Object.fromEntries(key.map((name, i) => [name, values[i] ?? null])));
  }
  const body = row.trim().slice(0, -1).trimEnd();
  return `${body}${body === '{' ? '' : ','}${own}`;
};

export const redshift = ({ api, tables, stage, prefix, clock, wait, name }: RedshiftDeps): Destination => {
  const byName = new Map(tables.map((t) => [t.name, t]));
  /** How often a batch failed: its next try needs a token of its own, since the old one names the failed statement. */
  const failures = new Map<string, number>();

  const settled = async (id: string): Promise<Statement> => {
    const until = clock.now() + PATIENCE;
    for (let pause = FIRST_WAIT; ; pause = Math.min(LONGEST_WAIT, pause * 2)) {
      const statement = await api.describe(id);
      if (statement.status !== 'running' || clock.now() + pause > until) return statement;
      await wait(pause);
    }
  };

  const writeTable = async (plan: TablePlan, rows: readonly SinkRow[]): Promise<void> => {
    const text = rows.map((r) => `${lineOf(r, plan.primaryKey)}\n`).join('');
    const content = hash('sha256', `${plan.name}\n${text}`);
    const tries = failures.get(content) ?? 0;
    const key = `${prefix}${plan.name}/${content}.ndjson`;
    await stage.put(key, Buffer.from(text), { contentType: 'application/x-ndjson' });
    const statements = redshiftBatch(plan, `s3://${stage.name}/${key}`, plan.options['iam-role-arn'] ?? '');
    const id = await api.batch(statements, tries === 0 ? content : hash('sha256', `${content} ${tries}`));
    const { status, error } = await settled(id);
    if (status === 'running')
      throw new Fault(
        'destination.unavailable',
        `${name}: ${id} still runs after ${PATIENCE / 1000} s; it is asked for again`,
      );
    if (status === 'failed') {
      failures.set(content, tries + 1);
      if (OF_THE_ROWS.test(error)) throw new Fault('destination.refused', error);
      const help = MISSING.test(error)
        ? '; `millrace destinations --ddl` prints the table as the pipeline wants it'
        : '';
      throw new Fault('destination.unavailable', `${name}: ${error}${help}`);
    }
    failures.delete(content);
  };

  return {
    name,
    most: { rows: 10_000, bytes: 16 * 1_048_576 },
    atOnce: 1,
    async write(rows) {
      const byTable = new Map<TablePlan, SinkRow[]>();
      for (const row of rows) {
        const plan = byName.get(row.table);
        if (plan === undefined)
          throw new Fault('destination.refused', `the plan has no table ${row.table} for ${name}`);
        getOrMake(byTable, plan, () => []).push(row);
      }
      for (const [plan, mine] of byTable) await writeTable(plan, mine);
      return rows.map(() => STORED);
    },
  };
};
