// A stand-in for the Glue Data Catalog here: tables and partitions of one account, in memory. Written from the API reference; what it does
// not know it refuses.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Column = { readonly Name: string; readonly Type: string };
type Storage = { readonly Columns?: readonly Column[]; readonly Location?: string };
type TableInput = { readonly Name: string; readonly StorageDescriptor?: Storage };
type Input = {
  readonly DatabaseName: string;
  readonly Name?: string;
  readonly TableName?: string;
  readonly TableInput?: TableInput;
  readonly VersionId?: string;
  readonly PartitionInput?: { readonly Values: readonly string[]; readonly StorageDescriptor?: Storage };
  readonly PartitionValueList?: readonly string[];
};
type Known = { input: TableInput; version: number; readonly partitions: Map<string, Storage> };

export type GlueStandIn = {
  readonly url: string;
  /** Columns of a table as `name type`, in order. */
  columns(database: string, table: string): readonly string[];
  /** Locations of a table by `dt/hour`. */
  locations(database: string, table: string): ReadonlyMap<string, string>;
  /** Operations so far. */
  readonly calls: readonly string[];
  close(): Promise<void>;
};

class Refused extends Error {}

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

export const startGlueStandIn = async (): Promise<GlueStandIn> => {
  const tables = new Map<string, Known>();
  const calls: string[] = [];
  const nameOf = (i: Input): string => `${i.DatabaseName}.${i.Name ?? i.TableName ?? i.TableInput?.Name}`;
  const found = (i: Input): Known => {
    const table = tables.get(nameOf(i));
    if (table === undefined) throw new Refused('EntityNotFoundException');
    return table;
  };
  const storage = (i: Input): Storage => i.PartitionInput?.StorageDescriptor ?? {};

  const operations: Readonly<Record<string, (i: Input) => object>> = {
    GetTable: (i) => {
      const { input, version } = found(i);
      return {
        Table: { ...input, DatabaseName: i.DatabaseName, VersionId: String(version), CreateTime: 1_767_600_000 },
      };
    },
    CreateTable: (i) => {
      if (tables.has(nameOf(i))) throw new Refused('AlreadyExistsException');
      tables.set(nameOf(i), { input: i.TableInput as TableInput, version: 0, partitions: new Map() });
      return {};
    },
    UpdateTable: (i) => {
      const table = found(i);
      if (i.VersionId !== undefined && i.VersionId !== String(table.version))
        throw new Refused('ConcurrentModificationException');
      table.input = i.TableInput as TableInput;
      table.version += 1;
      return {};
    },
    CreatePartition: (i) => {
      const key = i.PartitionInput?.Values.join('/') ?? '';
      const { partitions } = found(i);
      if (partitions.has(key)) throw new Refused('AlreadyExistsException');
      partitions.set(key, storage(i));
      return {};
    },
    UpdatePartition: (i) => {
      const key = i.PartitionValueList?.join('/') ?? '';
      const { partitions } = found(i);
      if (!partitions.has(key)) throw new Refused('EntityNotFoundException');
      partitions.set(key, storage(i));
      return {};
    },
  };

  const server = createServer(async (req, res) => {
    const operation = String(req.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse(await bodyOf(req)) as Input;
    const answer = (status: number, body: object) =>
      res.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    calls.push(operation);
    try {
      const act = operations[operation];
      if (act === undefined) throw new Refused('InvalidInputException');
      answer(200, act(input));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer(400, { __type: error.message, message: `${operation} ${nameOf(input)}: ${error.message}` });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const known = (database: string, table: string) => tables.get(`${database}.${table}`);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    columns: (database, table) =>
      (known(database, table)?.input.StorageDescriptor?.Columns ?? []).map((c) => `${c.Name} ${c.Type}`),
    locations: (database, table) =>
      new Map([...(known(database, table)?.partitions ?? [])].map(([key, s]) => [key, s.Location ?? ''])),
    calls,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
};
