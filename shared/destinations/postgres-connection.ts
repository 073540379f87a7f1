// A connection to PostgreSQL for a sandbox: made at the first statement, again after a failure, TLS with a checked certificate.
import pg from 'pg';
import { Fault } from '../faults.ts';
import type { Sql } from './postgres.ts';

export type Login = { readonly user: string; readonly password: string };

export type PostgresOptions = {
  /** `jdbc:postgresql://host:port/database` (Flink's form) or `postgresql://…`; no password in it. `?sslmode=disable` for one on this machine. */
  readonly url: string;
  /** Asked for at each new connection, so that a rotated password is taken. */
  readonly login: () => Promise<Login>;
  /** What the server calls the connection, as in pg_stat_activity; the function's name. */
  readonly name?: string;
};

const STATEMENT_MS = 20_000;
const CONNECT_MS = 5_000;

/** @throws Fault setting.invalid for anything but a PostgreSQL URL */
export const parseUrl = (url: string): { host: string; port: number; database: string; tls: boolean } => {
  const wrong = (found: string): Fault =>
    new Fault('setting.invalid', `'url' is ${found}; write jdbc:postgresql://host:5432/database`);
  let parsed: URL;
  try {
    parsed = new URL(url.replace(/^jdbc:/, ''));
  } catch {
    throw wrong('no URL');
  }
  if (!['postgresql:', 'postgres:'].includes(parsed.protocol)) throw wrong(`for ${parsed.protocol.slice(0, -1)}`);
  if (parsed.password !== '') throw wrong('one with a password in it, which belongs into a secret');
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (parsed.hostname === '' || database === '') throw wrong('without host or database');
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    database,
    tls: parsed.searchParams.get('sslmode') !== 'disable',
  };
};

/** Whether its socket keeps the process alive; @types/pg leaves both out. */
type Counted = pg.Client & { ref(): void; unref(): void };

export const postgresConnection = ({ url, login, name }: PostgresOptions): Sql & { end(): Promise<void> } => {
  const { host, port, database, tls } = parseUrl(url);
  let open: Promise<pg.Client> | undefined;
  let busy = 0;

  const connect = async (forget: () => void): Promise<pg.Client> => {
    const client = new pg.Client({
      host,
      port,
      database,
      ...(await login()),
      ssl: tls,
      ...(name !== undefined && { application_name: name }),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS,
      keepAlive: true,
    });
    // A connection that breaks between two batches is made again by the next.
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    return client;
  };

  const opened = (): Promise<pg.Client> => {
    const mine = connect(() => {
      if (open === mine) open = undefined;
    });
    return mine;
  };

  return {
    async query(text, values) {
      open ??= opened();
      const mine = open;
      try {
        const client = (await mine) as Counted;
        // A connection without a statement under way keeps no process alive that has ended its work.
        if (busy++ === 0) client.ref();
        try {
          return await client.query(text, values === undefined ? undefined : [...values]);
        } finally {
          if (--busy === 0) client.unref();
        }
      } catch (error) {
        // An error that the server reports leaves the connection whole, unless it ends it; any other may have broken it.
        if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') {
          if (open === mine) open = undefined;
          await mine.then((client) => client.end()).catch(() => undefined);
        }
        throw error;
      }
    },
    async end() {
      await open
        ?.then((client) => {
          (client as Counted).ref();
          return client.end();
        })
        .catch(() => undefined);
      open = undefined;
    },
  };
};

/**
 * The text of a login's secret, in the form that Secrets Manager keeps for databases: `{"username": …, "password": …}`.
 * @throws Error that names what is missing, never what stands there
 */
export const readLogin = (text: string): Login => {
  const { username, password } = JSON.parse(text) as { username?: unknown; password?: unknown };
  if (typeof username !== 'string' || typeof password !== 'string')
    throw new Error('a login is {"username": …, "password": …}');
  return { user: username, password };
};
