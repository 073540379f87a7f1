// millrace destinations: where the rows of a pipeline go, and what must stand there before the first one comes.

import { redshiftOutside } from '../../shared/aws/outside.ts';
import { signedRequest } from '../../shared/aws/signed-request.ts';
import { parseUrl, postgresConnection } from '../../shared/destinations/postgres-connection.ts';
import { createStatements, nameProblems, postgresTable } from '../../shared/destinations/postgres-ddl.ts';
import { redshiftPlace } from '../../shared/destinations/redshift.ts';
import { redshiftCreate, redshiftNameProblems } from '../../shared/destinations/redshift-sql.ts';
import { indexTemplate, parseIndex } from '../../shared/destinations/search-index.ts';
import { REDSHIFT, SEARCH, tablesOf, WAREHOUSE } from '../../shared/destinations/tables-of.ts';
import type { Plan, TablePlan } from '../../shared/query/plan.ts';
import { compilePipeline } from '../build/compile-pipeline.ts';
import { PipelineMistakes } from '../build/pipeline-mistakes.ts';
import { sourceGrants } from '../build/source-grants.ts';
import { grantsOf, SWITCH } from '../destinations/grants.ts';
import { makeInRedshift } from '../destinations/migrate-redshift.ts';
import { CallError } from './call-error.ts';
import type { Call, ExitCode } from './commands.ts';
import { flagOf, textOf } from './parse-call.ts';
import { PIPELINE } from './places.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const statementsOf = (table: TablePlan): readonly string[] => {
  const made = postgresTable(table);
  const [problem] = nameProblems(made);
  if (problem !== undefined) throw new CallError(`table ${table.name}: ${problem}`);
  return createStatements(made);
};

const templateOf = (table: TablePlan): object => {
  const pattern = table.options.index ?? table.name.toLowerCase();
  const parts = parseIndex(pattern, table.columns);
  if (typeof parts === 'string') throw new CallError(`table ${table.name}: 'index' = '${pattern}' ${parts}`);
  return indexTemplate(table, parts);
};

/** SQL for the databases, requests for the search engines. */
const redshiftStatements = (table: TablePlan): readonly string[] => {
  const [problem] = redshiftNameProblems(postgresTable(table));
  if (problem !== undefined) throw new CallError(`table ${table.name}: ${problem}`);
  return redshiftCreate(table);
};

const ddl = (plan: Plan): void => {
  for (const t of tablesOf(plan, WAREHOUSE)) print(`-- ${t.name}: ${t.options.url}\n${statementsOf(t).join(';\n')};\n`);
  for (const t of tablesOf(plan, REDSHIFT))
    print(`-- ${t.name}: ${t.options.hostname}\n${redshiftStatements(t).join(';\n')};\n`);
  for (const t of tablesOf(plan, SEARCH))
    print(`PUT ${t.options.hosts}/_index_template/${t.name}\n${JSON.stringify(templateOf(t), null, 2)}\n`);
};

const migrate = async (plan: Plan): Promise<void> => {
  const { PGUSER: user, PGPASSWORD: password } = process.env;
  const databases = Map.groupBy(tablesOf(plan, WAREHOUSE), (t) => t.options.url ?? '');
  if (databases.size > 0 && (!user || password === undefined))
    throw new CallError('--migrate signs in as PGUSER with PGPASSWORD; set both in the environment');
  const inRedshift = tablesOf(plan, REDSHIFT);
  const { REDSHIFT_SECRET: secret } = process.env;
  if (inRedshift.length > 0 && !secret)
    throw new CallError(
      `--migrate asks Redshift's Data API for ${inRedshift.map((t) => t.name).join(', ')} with the secret that REDSHIFT_SECRET names; set it to the ARN of {"username": …, "password": …}, or run what --ddl prints in the query editor`,
    );
  for (const [url, tables] of databases) {
    const sql = postgresConnection({
      url,
      login: async () => ({ user: user as string, password: password as string }),
    });
    const { host, database } = parseUrl(url);
    try {
      for (const t of tables) {
        for (const statement of statementsOf(t)) await sql.query(statement);
        say(`${host}/${database}: ${postgresTable(t).name} stands as the pipeline wants it`);
      }
    } finally {
      await sql.end();
    }
  }
  const pause = (ms: number) => new Promise((done) => void setTimeout(done, ms));
  for (const t of inRedshift) {
    const { hostname = '', 'database-name': database = '' } = t.options;
    const { warehouse } = redshiftPlace(`${hostname} ${database}`);
    const api = redshiftOutside({ warehouse, database, secret: secret as string });
    await makeInRedshift(api, { name: t.name, statements: redshiftStatements(t) }, pause);
    say(`${hostname}/${database}: ${postgresTable(t).name} stands`);
  }
  for (const t of tablesOf(plan, SEARCH)) {
    const host = t.options.hosts ?? '';
    const service = /\.aoss\.amazonaws\.com$/.test(new URL(host).hostname) ? 'aoss' : 'es';
    const { status, body } = await signedRequest({ host, service })({
      method: 'PUT',
      path: `/_index_template/${t.name}`,
      body: JSON.stringify(templateOf(t)),
      type: 'application/json',
    });
    if (status !== 200) throw new Error(`${host} answered ${status} to the index template of ${t.name}: ${body}`);
    say(`${host}: the index template of ${t.name} stands`);
  }
};

/** What names the place of a table: the option that says where. */
const placeOf = ({ connector, options, name }: TablePlan): string =>
  options.url ??
  options.hosts ??
  options.hostname ??
  options['topic-arn'] ??
  options['queue-url'] ??
  options.bus ??
  options['delivery-stream'] ??
  options.topic ??
  options.path ??
  (connector === 'dynamodb' ? 'the results table' : name);

const list = (plan: Plan): void => {
  const written = new Set(plan.queries.map((q) => q.into));
  const rows = plan.tables
    .filter((t) => written.has(t.name) || t.connector === 'filesystem')
    .map((t) => [
      t.name,
      t.connector,
      placeOf(t),
      SWITCH[t.connector] ? `--param ${SWITCH[t.connector]}=on` : 'always on',
    ]);
  const widths = rows.reduce<number[]>((w, r) => r.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), []);
  for (const r of rows)
    print(
      r
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
};

export const destinations = async (call: Call): Promise<ExitCode> => {
  const dir = textOf(call, 'pipeline') ?? PIPELINE;
  const compiled = await compilePipeline(dir);
  if (compiled.errors.length > 0) throw new PipelineMistakes(dir, compiled.errors);
  const { plan } = compiled;
  if (flagOf(call, 'grants') === true) print(JSON.stringify({ ...grantsOf(plan), ...sourceGrants(compiled.sources) }));
  else if (flagOf(call, 'ddl') === true) ddl(plan);
  else if (flagOf(call, 'migrate') === true) await migrate(plan);
  else list(plan);
  return 0;
};
