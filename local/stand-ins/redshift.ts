// The Redshift Data API on this machine, over pglite: statements run as they are, as one transaction, but COPY, which PostgreSQL has
// otherwise: the staged rows are read and put into the stage table. So MERGE is PostgreSQL's here, and types are its own.
// https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html
import { jsonAnswer, readJsonCall, refuseAsJson } from '../services/json-service.ts';
import { Refused, type Served, type ServeOptions, type Service, serve } from '../services/serve.ts';
import { VACUUM_EVERY, vacuum } from './postgres.ts';

const JSON_TYPE = 'application/x-amz-json-1.1';
const MOST_STATEMENTS = 40;
/** Statements that are remembered; the service does for a day. */
const MOST_KEPT = 1_000;
const COPY = /^copy (\S+) from '((?:[^']|'')+)' iam_role '[^']+' format json/;

export type LocalRedshift = Served & {
  /** A statement without hooks or meter: for making tables and looking at them. */
  query(text: string): Promise<{ readonly rows: readonly object[] }>;
};

type Ran = { status: 'STARTED' | 'FINISHED' | 'FAILED'; error: string; done: Promise<void> };
type Body = { readonly Sqls?: readonly string[]; readonly ClientToken?: string; readonly Id?: string };

/** @param read the staged object at an s3:// address; undefined: there is none */
export const startRedshift = async (
  read: (address: string) => Promise<Uint8Array | undefined>,
  options: ServeOptions = {},
): Promise<LocalRedshift> => {
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create();
  await db.exec('create domain super as jsonb');
  const statements = new Map<string, Ran>();
  const byToken = new Map<string, string>();
  let count = 0;

  const copied = async (sql: string): Promise<readonly [string, unknown[]]> => {
    const [, table = '', address = ''] = COPY.exec(sql) ?? [];
    if (table === '') return [sql, []];
    const bytes = await read(address);
    if (bytes === undefined) throw new Error(`The specified S3 prefix '${address}' does not exist`);
    const rows = `[${Buffer.from(bytes).toString().split('\n').slice(0, -1).join(',')}]`;
    return [`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [rows]];
  };
  const run = (sqls: readonly string[]): Promise<unknown> =>
    db.transaction(async (tx) => {
      for (const sql of sqls) {
        const [text, values] = await copied(sql);
        await tx.query(text, values).catch((error: unknown) => {
          const what = text === sql ? (error as Error).message : `Load into table failed: ${(error as Error).message}`;
          throw new Error(`ERROR: ${what}`);
        });
      }
    });

  const execute = ({ Sqls: sqls = [], ClientToken: token = '' }: Body): string => {
    if (sqls.length === 0 || sqls.length > MOST_STATEMENTS)
      throw new Refused({ error: 'ValidationException', status: 400, message: `1 to ${MOST_STATEMENTS} statements` });
    const known = byToken.get(token);
    if (known !== undefined) return known;
    const id = `here-${++count}`;
    const ran: Ran = { status: 'STARTED', error: '', done: Promise.resolve() };
    ran.done = run(sqls).then(
      async () => {
        if (count % VACUUM_EVERY === 0) await vacuum(db);
        ran.status = 'FINISHED';
      },
      (error: unknown) => {
        ran.status = 'FAILED';
        ran.error = (error as Error).message;
      },
    );
    statements.set(id, ran);
    if (token !== '') byToken.set(token, id);
    const [oldest] = statements.keys();
    if (statements.size > MOST_KEPT && oldest !== undefined) {
      statements.delete(oldest);
      for (const [of, named] of byToken) if (named === oldest) byToken.delete(of);
    }
    return id;
  };
  const service: Service = {
    read: (request) => readJsonCall('redshift-data', request),
    handle: async ({ operation, body }) => {
      if (operation === 'BatchExecuteStatement') return jsonAnswer(200, { Id: execute(body as Body) }, JSON_TYPE);
      const { Id = '' } = body as Body;
      const ran = statements.get(Id);
      if (operation !== 'DescribeStatement' || ran === undefined)
        throw new Refused({ error: 'ResourceNotFoundException', status: 400, message: `${operation} ${Id}` });
      await ran.done;
      return jsonAnswer(200, { Id, Status: ran.status, ...(ran.error !== '' && { Error: ran.error }) }, JSON_TYPE);
    },
    refuse: refuseAsJson(JSON_TYPE),
  };
  const served = await serve(service, options);
  return {
    ...served,
    query: (text) => db.query(text) as Promise<{ rows: object[] }>,
    async close() {
      await served.close();
      await Promise.all([...statements.values()].map((s) => s.done));
      await db.close();
    },
  };
};
