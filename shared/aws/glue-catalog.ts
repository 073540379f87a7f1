// The port Catalog on AWS Glue. Names there are lower case.
import type { Column, StorageDescriptor, Table, TableInput } from '@aws-sdk/client-glue';
import { glueCalls } from '#aws/glue';
import type { Catalog, PartitionName } from '../catalog.ts';
import { Fault } from '../faults.ts';
import type { Usage } from '../metrics/usage.ts';
import { type Clock, systemClock } from '../ports.ts';
import type { TableColumn } from '../query/plan.ts';
import type { SqlType } from '../query/types.ts';
import type { EpochMs } from '../time.ts';
import { type CallOptions, type Calls, counted, type GlueApi } from './calls.ts';
import { faulting, isNamed } from './sdk-errors.ts';

const CODES = { throttled: 'destination.throttled', unavailable: 'destination.unavailable' } as const;
const PARTITION_KEYS: Column[] = [
  { Name: 'dt', Type: 'string' },
  { Name: 'hour', Type: 'string' },
];
const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet';
const TRIES = 4;

/** As shared/steps/lake/parquet.ts writes it; what is nested is JSON text. */
export const glueType = (type: SqlType): string => {
  switch (type.kind) {
    case 'INTERVAL':
      return 'bigint';
    case 'DECIMAL':
      return `decimal(${type.precision},${type.scale})`;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return 'timestamp';
    case 'STRING':
    case 'ROW':
    case 'ARRAY':
    case 'MAP':
      return 'string';
    default:
      return type.kind.toLowerCase();
  }
};

export const glueName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_]/g, '_');

const columnsOf = (columns: readonly TableColumn[]): readonly Column[] =>
  columns.map(({ name, type }) => ({ Name: name.toLowerCase(), Type: glueType(type) }));

const described = (location: string, columns: readonly Column[]): StorageDescriptor => ({
  Columns: [...columns],
  Location: location,
  InputFormat: `${PARQUET}.MapredParquetInputFormat`,
  OutputFormat: `${PARQUET}.MapredParquetOutputFormat`,
  SerdeInfo: { SerializationLibrary: `${PARQUET}.serde.ParquetHiveSerDe`, Parameters: { 'serialization.format': '1' } },
});

/** What UpdateTable takes of what GetTable gives. */
const asInput = ({ Name, Description, Owner, Retention, PartitionKeys, TableType, Parameters }: Table): TableInput => ({
  Name,
  ...(Description !== undefined && { Description }),
  ...(Owner !== undefined && { Owner }),
  ...(Retention !== undefined && { Retention }),
  PartitionKeys: PartitionKeys ?? [],
  TableType,
  Parameters,
});

/** Refuses to send after `until`. It looks when the request is signed already, so that the signature dates from before: AWS takes it for 5 minutes. */
const inTime = (until: EpochMs, clock: Clock): CallOptions => ({
  beforeSend: () => {
    if (clock.now() > until) throw new Fault('destination.unavailable', 'Glue: too late to change a partition');
  },
});

export type GlueCatalogOptions = {
  readonly database: string;
  readonly bucket: string;
  readonly clock?: Clock;
  readonly calls?: Calls<GlueApi>;
  readonly usage?: Usage;
};

export const glueCatalog = (options: GlueCatalogOptions): Catalog => {
  const { database: DatabaseName, bucket, clock = systemClock, usage } = options;
  const calls = options.calls ?? counted(glueCalls(), usage);
  const call = <T>(what: string, send: () => Promise<T>): Promise<T> => faulting(`Glue ${what}`, CODES, send);

  const tableOf = async (name: string): Promise<Table | undefined> => {
    try {
      return (await calls('GetTable', { DatabaseName, Name: glueName(name) })).Table;
    } catch (error) {
      if (isNamed(error, 'EntityNotFoundException')) return undefined;
      throw error;
    }
  };

  const create = (name: string, columns: readonly Column[]) =>
    calls('CreateTable', {
      DatabaseName,
      TableInput: {
        Name: glueName(name),
        TableType: 'EXTERNAL_TABLE',
        Parameters: { classification: 'parquet', EXTERNAL: 'TRUE' },
        PartitionKeys: PARTITION_KEYS,
        StorageDescriptor: described(`s3://${bucket}/lake/type=${encodeURIComponent(name)}/`, columns),
      },
    });

  const widen = (table: Table, missing: readonly Column[]) =>
    calls('UpdateTable', {
      DatabaseName,
      TableInput: {
        ...asInput(table),
        StorageDescriptor: {
          ...table.StorageDescriptor,
          Columns: [...(table.StorageDescriptor?.Columns ?? []), ...missing],
        },
      },
      VersionId: table.VersionId, // of two that widen it at once one is refused, and looks again
      SkipArchive: true,
    });

  /** @returns whether the table is as it shall be */
  const ensure = async (name: string, wanted: readonly Column[]): Promise<boolean> => {
    const table = await tableOf(name);
    try {
      if (table === undefined) {
        await create(name, wanted);
        return true;
      }
      const known = new Map((table.StorageDescriptor?.Columns ?? []).map((c) => [c.Name, c.Type]));
      const other = wanted.filter((c) => known.has(c.Name) && known.get(c.Name) !== c.Type);
      if (other.length > 0)
        throw new Fault(
          'destination.refused',
          `Glue table ${DatabaseName}.${glueName(name)}: ${other.map((c) => `${c.Name} is ${known.get(c.Name)} there and ${c.Type} in the pipeline`).join(', ')}; give the changed column a new name`,
        );
      const missing = wanted.filter((c) => !known.has(c.Name));
      if (missing.length > 0) await widen(table, missing);
      return true;
    } catch (error) {
      if (isNamed(error, 'AlreadyExistsException', 'ConcurrentModificationException')) return false;
      throw error;
    }
  };

  return {
    ensureTable: (name, columns) =>
      call(`table ${DatabaseName}.${glueName(name)}`, async () => {
        for (let tries = 1; tries <= TRIES; tries++) if (await ensure(name, columnsOf(columns))) return;
        throw new Fault('destination.unavailable', `Glue table ${glueName(name)}: others change it`);
      }),
    point: ({ table: name, part }: PartitionName, folder, until) =>
      call(`partition ${DatabaseName}.${glueName(name)} ${part}`, async () => {
        const TableName = glueName(name);
        const Values = part.split('/').map((p) => p.slice(p.indexOf('=') + 1));
        const columns = (await tableOf(name))?.StorageDescriptor?.Columns ?? [];
        const PartitionInput = { Values, StorageDescriptor: described(`s3://${bucket}/${folder}`, columns) };
        for (let tries = 1; tries <= TRIES; tries++) {
          try {
            const update = { DatabaseName, TableName, PartitionValueList: Values, PartitionInput };
            await calls('UpdatePartition', update, inTime(until, clock));
            return;
          } catch (error) {
            if (!isNamed(error, 'EntityNotFoundException')) throw error;
          }
          try {
            const created = { DatabaseName, TableName, PartitionInput };
            await calls('CreatePartition', created, inTime(until, clock));
            return;
          } catch (error) {
            if (!isNamed(error, 'AlreadyExistsException')) throw error; // another made it just now
          }
        }
        throw new Fault('destination.unavailable', `Glue partition ${TableName} ${part}: others make and remove it`);
      }),
  };
};
