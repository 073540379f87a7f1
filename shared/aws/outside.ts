// The ports for whoever stands outside of a stage: operators. They come with a profile, with single sign-on or with the role
// of an instance, which the SDK finds; functions are given their credentials, and go without it.
import type { Catalog } from '../catalog.ts';
import type { DataApi } from '../destinations/redshift.ts';
import type { Objects, Stream, Table } from '../ports.ts';
import type { LiveReader } from '../steps/replay/history.ts';
import { dynamoTable } from './dynamo-table.ts';
import { type GlueCatalogOptions, glueCatalog } from './glue-catalog.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { kinesisReader } from './live-reader.ts';
import { type RedshiftDataOptions, redshiftData } from './redshift-data.ts';
import { s3Objects } from './s3-objects.ts';
import { dynamoCalls } from './sdk/dynamodb.ts';
import { glueCalls } from './sdk/glue.ts';
import { kinesisCalls } from './sdk/kinesis.ts';
import { redshiftCalls } from './sdk/redshift-data.ts';
import { s3Calls } from './sdk/s3.ts';

export const tableOutside = (table: string): Table => dynamoTable({ table, calls: dynamoCalls() });
export const streamOutside = (stream: string): Stream => kinesisStream({ stream, calls: kinesisCalls() });
export const readerOutside = (stream: string): LiveReader => kinesisReader({ stream, calls: kinesisCalls() });
export const objectsOutside = (bucket: string): Objects => s3Objects({ bucket, calls: s3Calls() });
export const catalogOutside = (options: GlueCatalogOptions): Catalog => glueCatalog({ ...options, calls: glueCalls() });
export const redshiftOutside = (options: RedshiftDataOptions): DataApi => {
  const { region } = options.warehouse;
  return redshiftData({ ...options, calls: redshiftCalls(region === undefined ? {} : { region }) });
};
