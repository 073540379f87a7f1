// The ports of the pipeline on the local services, for what is done around the functions: loading, reading results.
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import type { Objects, Table } from '../../shared/ports.ts';
import type { Here } from './here.ts';

/** Clients read the environment when they are made. */
export const withEnv = <T>(env: Readonly<Record<string, string>>, make: () => T): T => {
  const outer = process.env;
  process.env = { ...outer, ...env };
  try {
    return make();
  } finally {
    process.env = outer;
  }
};

export const tableHere = (here: Here, logicalId: string): Table =>
  withEnv(here.aws, () => dynamoTable({ table: here.name(logicalId) }));

export const objectsHere = (here: Here, logicalId = 'DataBucket'): Objects =>
  withEnv(here.aws, () => s3Objects({ bucket: here.name(logicalId) }));
