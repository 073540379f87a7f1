// The destinations of a pipeline on this machine: databases, search engines, buses, topics, queues, delivery streams and endpoints, each
// started only when a table of the plan names it.

import { signedRequest } from '../../../shared/aws/signed-request.ts';
import type { Sql } from '../../../shared/destinations/postgres.ts';
import { postgresConnection } from '../../../shared/destinations/postgres-connection.ts';
import { postgresTable, quoted } from '../../../shared/destinations/postgres-ddl.ts';
import { redshiftCreate } from '../../../shared/destinations/redshift-sql.ts';
import type { Request } from '../../../shared/destinations/search.ts';
import type { Plan, TablePlan } from '../../../shared/query/plan.ts';
import type { LocalObjects, Taken } from '../../services/objects.ts';
import type { LocalSecrets } from '../../services/secrets.ts';
import type { ServeOptions } from '../../services/serve.ts';
import { type Addresses, endpointOf, outside } from './addresses.ts';
import { countIn, makeTable, rowsIn } from './database.ts';
import { countDocs, docsIn, makeTemplate } from './engine.ts';
import { type HeldRow, type Messages, ofBusEntry, ofCloudEvent, ofTopicEntry } from './held.ts';
import type { Options } from './place.ts';

/** A table's place on this machine. */
export type PlaceHere = {
  readonly table: TablePlan;
  /** For people: what it is and where. */
  readonly where: string;
  /** Rows, or messages that were taken. */
  count(): Promise<number>;
  /** What stands there: rows of a table, of messages the newest revision of each key. @param newest so many at most, newest first */
  rows(newest?: number): Promise<readonly HeldRow[]>;
};

export type DestinationsHere = {
  /** Options that other tables have here, by table. */
  readonly options: ReadonlyMap<string, Options>;
  readonly places: readonly PlaceHere[];
  /** Endpoints that the functions' clients need. */
  readonly events?: string;
  readonly firehose?: string;
  readonly redshift?: string;
  /** What the user should know before the first row. */
  readonly notes: readonly string[];
  /** Messages of a table that came, as (id, version); when all are kept. */
  hasSeen(table: string, id: string, version: string): boolean;
  close(): Promise<void>;
};

export type DestinationsOptions = {
  readonly plan: Plan;
  readonly addresses: Addresses;
  readonly served: ServeOptions;
  readonly objects: LocalObjects;
  readonly secrets: LocalSecrets;
  readonly messages: Messages;
};

const LOGIN = (): string => {
  const { PGUSER: username = 'here', PGPASSWORD: password = 'here' } = process.env;
  return JSON.stringify({ username, password });
};

/** What signs the webhooks of a local run: known to all, so that a receiver can be tried. */
export const WEBHOOK_KEY = `whsec_${Buffer.from('millrace signs so on a laptop').toString('base64')}`;

const NEWEST_FIRST = (rows: readonly HeldRow[], newest?: number): readonly HeldRow[] =>
  newest === undefined
    ? rows
    : rows
        .filter((r) => r.row !== null)
        .slice(-newest)
        .toReversed();

/** Tells messages of queues and topics; what others send there is none of ours. */
export const tapInto =
  (messages: Messages): Taken =>
  (_kind, _name, text) => {
    try {
      messages.take(ofCloudEvent(text));
    } catch {
      // Not written by publish.
    }
  };

export const startDestinations = async (o: DestinationsOptions): Promise<DestinationsHere> => {
  const { plan, addresses, served, objects, secrets, messages } = o;
  const tables = outside(plan);
  const of = (...connectors: readonly TablePlan['connector'][]): readonly TablePlan[] =>
    tables.filter((t) => connectors.includes(t.connector));
  const options = new Map<string, Options>();
  const places: PlaceHere[] = [];
  const notes: string[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  const move = (t: TablePlan, more: Options): void => void options.set(t.name, { ...t.options, ...more });
  const ofMessages = (table: TablePlan, where: string): void => {
    places.push({
      table,
      where,
      count: async () => messages.count(table.name),
      rows: async (newest) => NEWEST_FIRST(messages.rows(table.name), newest),
    });
  };

  const databases = async (): Promise<void> => {
    const mine = of('jdbc');
    if (mine.length === 0) return;
    const { startPostgres } = await import('../../stand-ins/postgres.ts');
    const { PGUSER: user = 'here', PGPASSWORD: password = 'here' } = process.env;
    secrets.put('warehouse-here', LOGIN());
    const byUrl = Map.groupBy(mine, (t) => addresses.get(t.name) ?? t.options.url ?? '');
    for (const [url, group] of byUrl) {
      const own = group.some((t) => addresses.has(t.name));
      let sql: Sql;
      let address = url;
      if (own) {
        const connection = postgresConnection({ url, login: async () => ({ user, password }) });
        closing.push(() => connection.end());
        sql = connection;
      } else {
        const server = await startPostgres(served);
        closing.push(() => server.close());
        sql = server;
        address = `postgresql://127.0.0.1:${server.port}/postgres?sslmode=disable`;
        const schemas = new Set(group.flatMap((t) => postgresTable(t).name.split('.').slice(0, -1)));
        for (const schema of schemas) await sql.query(`create schema if not exists ${quoted(schema)}`);
      }
      for (const t of group) {
        const before = await makeTable(sql, t);
        if (before > 0)
          notes.push(
            `${t.name}: ${before} rows stand there already. Revisions begin anew in each local pipeline, so a row there may count as newer`,
          );
        move(t, { url: address });
        places.push({
          table: t,
          where: `PostgreSQL at ${address}, table ${postgresTable(t).name}`,
          count: () => countIn(sql, t),
          rows: (newest) => rowsIn(sql, t, newest),
        });
      }
    }
  };

  /** What was staged, without hooks and meter. */
  const staged = async (address: string): Promise<Uint8Array | undefined> => {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(address) ?? [];
    return objects.getObject(bucket, key);
  };
  const warehouse = async (): Promise<string | undefined> => {
    const mine = of('redshift');
    if (mine.length === 0) return undefined;
    const { startRedshift } = await import('../../stand-ins/redshift.ts');
    secrets.put('warehouse-here', LOGIN());
    const server = await startRedshift(staged, served);
    closing.push(() => server.close());
    for (const t of mine) {
      const schemas = postgresTable(t).name.split('.').slice(0, -1);
      for (const schema of schemas) await server.query(`create schema if not exists ${quoted(schema)}`);
      for (const statement of redshiftCreate(t)) await server.query(statement);
      places.push({
        table: t,
        where: `Redshift's Data API over PostgreSQL at ${server.endpoint}, table ${postgresTable(t).name}`,
        count: () => countIn(server, t),
        rows: (newest) => rowsIn(server, t, newest),
      });
    }
    return server.endpoint;
  };

  const engines = async (): Promise<void> => {
    const mine = of('opensearch-2');
    if (mine.length === 0) return;
    const { startSearchStandIn } = await import('../../stand-ins/search.ts');
    for (const [host, group] of Map.groupBy(mine, (t) => addresses.get(t.name) ?? t.options.hosts ?? '')) {
      const own = group.some((t) => addresses.has(t.name));
      let address = host;
      if (!own) {
        const engine = await startSearchStandIn(served, host);
        closing.push(() => engine.close());
        address = engine.url;
      }
      const request: Request = signedRequest({ host: address, service: 'es' });
      for (const t of group) {
        await makeTemplate(request, t, address);
        move(t, { hosts: address });
        places.push({
          table: t,
          where: `search engine at ${address}`,
          count: () => countDocs(request, t),
          rows: async (newest) => NEWEST_FIRST(await docsIn(request, t, own), newest),
        });
      }
    }
  };

  const queues = async (): Promise<void> => {
    for (const t of of('sqs')) {
      const url = await objects.createQueue(t.options['queue-url']?.split('/').at(-1) ?? t.name);
      move(t, { 'queue-url': url });
      ofMessages(t, `queue ${url}`);
    }
    for (const t of of('sns')) {
      const arn = await objects.createTopic(t.options['topic-arn']?.split(':').at(-1) ?? t.name);
      move(t, { 'topic-arn': arn });
      ofMessages(t, `topic ${arn} at ${objects.endpoint}`);
    }
  };

  const bus = async (): Promise<string | undefined> => {
    const mine = of('eventbridge');
    if (mine.length === 0) return undefined;
    const { startEventBus } = await import('../../stand-ins/event-bus.ts');
    const server = await startEventBus((entries) => {
      for (const { DetailType = '', Detail = '' } of entries) messages.take(ofBusEntry(DetailType, Detail));
    }, served);
    closing.push(() => server.close());
    for (const t of mine) ofMessages(t, `event bus ${t.options.bus} at ${server.endpoint}`);
    return server.endpoint;
  };

  const deliveries = async (): Promise<string | undefined> => {
    const mine = of('firehose');
    if (mine.length === 0) return undefined;
    const { startDeliveryStream } = await import('../../stand-ins/delivery-stream.ts');
    const server = await startDeliveryStream((_stream, lines) => {
      for (const line of lines) messages.take(ofCloudEvent(line));
    }, served);
    closing.push(() => server.close());
    for (const t of mine) ofMessages(t, `delivery stream ${t.options['delivery-stream']} at ${server.endpoint}`);
    return server.endpoint;
  };

  const endpoints = async (): Promise<void> => {
    const mine = of('http-sink');
    if (mine.length === 0) return;
    const { startReceiver } = await import('../../stand-ins/receiver.ts');
    secrets.put('webhooks-here', JSON.stringify({ keys: [WEBHOOK_KEY] }));
    const own = new Map(mine.flatMap((t) => getAddress(t).map((to) => [`/${t.name}`, to] as const)));
    const server = await startReceiver(
      ({ body }) => messages.take(ofCloudEvent(body)),
      (path) => own.get(path as `/${string}`),
      served,
    );
    closing.push(() => server.close());
    for (const t of mine) {
      move(t, { url: `${server.endpoint}/${t.name}` });
      const to = own.get(`/${t.name}`);
      ofMessages(t, to === undefined ? `receiver at ${server.endpoint}/${t.name}` : `endpoint ${to}`);
    }
  };
  const getAddress = (t: TablePlan): readonly string[] => {
    const to = endpointOf(t, addresses);
    return to === undefined ? [] : [to];
  };

  const topics = async (): Promise<void> => {
    const mine = of('kafka', 'upsert-kafka');
    if (mine.length === 0) return;
    const { startBrokerHere } = await import('../../stand-ins/broker.ts');
    const broker = await startBrokerHere((entry) => {
      for (const t of mine) {
        const message = entry.topic === t.options.topic ? ofTopicEntry(entry, t) : undefined;
        if (message !== undefined) messages.take(message);
      }
    }, served);
    closing.push(() => broker.close());
    for (const t of mine) {
      const open = Object.entries(t.options).filter(([key]) => !/^properties\.(sasl|security)\b/.test(key));
      options.set(t.name, { ...Object.fromEntries(open), 'properties.bootstrap.servers': broker.address });
      ofMessages(t, `Kafka topic ${t.options.topic} at ${broker.address}`);
    }
  };

  const [events, firehose, redshift] = await Promise.all([
    bus(),
    deliveries(),
    warehouse(),
    databases(),
    engines(),
    queues(),
    endpoints(),
    topics(),
  ]);
  const order = tables.map((t) => t.name);
  places.sort((a, b) => order.indexOf(a.table.name) - order.indexOf(b.table.name));
  return {
    options,
    places,
    notes,
    ...(events !== undefined && { events }),
    ...(firehose !== undefined && { firehose }),
    ...(redshift !== undefined && { redshift }),
    hasSeen: (table, id, version) => messages.hasSeen(table, id, version),
    close: async () => void (await Promise.all(closing.map((close) => close()))),
  };
};
