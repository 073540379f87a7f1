// Makes what a second run owns on the services of this machine, and removes it. Either may have been done in part before.
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import type { Here } from '../run/here.ts';
import { withEnv } from '../run/ports-here.ts';
import { LOCAL_ACCOUNT } from '../template/intrinsics.ts';
import type { Template } from '../template/template.ts';
import { ownOf } from './second-template.ts';

const named = async (here: Here): Promise<ReadonlySet<string>> => {
  const { TableNames } = (await here.dynamo.call('ListTables', {})) as { readonly TableNames: readonly string[] };
  return new Set(TableNames);
};
const bucketIs = async (here: Here, name: string): Promise<boolean> =>
  (await fetch(`${here.objects.endpoint}/${name}`, { method: 'HEAD' })).ok;
const queueUrl = (here: Here, name: string): string => `${here.objects.endpoint}/${LOCAL_ACCOUNT}/${name}`;

export const makeSecond = async (here: Here, second: Template): Promise<void> => {
  const own = ownOf(here.template, second);
  const { kinesis } = here.kinesis;
  for (const { name, shards, retentionMs } of own.streams)
    if (!kinesis.has(name)) kinesis.create(name, { shards, retention: retentionMs });
  const tables = await named(here);
  for (const { name, hashKey, rangeKey } of own.tables) {
    if (tables.has(name)) continue;
    const keys = [hashKey, ...(rangeKey === null ? [] : [rangeKey])];
    await here.dynamo.call('CreateTable', {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    });
  }
  for (const { name } of own.buckets) if (!(await bucketIs(here, name))) await here.objects.createBucket(name);
  for (const { name, delayMs, visibilityMs } of own.queues)
    await here.objects.createQueue(name, { delayMs, visibilityMs });
};

/** Nothing of it may run any more. */
export const removeSecond = async (here: Here, second: Template): Promise<void> => {
  const own = ownOf(here.template, second);
  const { kinesis } = here.kinesis;
  for (const { name } of own.streams) if (kinesis.has(name)) kinesis.delete(name);
  const tables = await named(here);
  for (const { name } of own.tables) if (tables.has(name)) await here.dynamo.call('DeleteTable', { TableName: name });
  for (const { name } of own.buckets) {
    if (!(await bucketIs(here, name))) continue;
    const objects = withEnv(here.aws, () => s3Objects({ bucket: name }));
    await objects.delete((await objects.list('')).map((o) => o.key));
    await fetch(`${here.objects.endpoint}/${name}`, { method: 'DELETE' });
  }
  for (const { name } of own.queues)
    await here.objects.sqs('DeleteQueue', { QueueUrl: queueUrl(here, name) }).catch(() => undefined); // none there
};

/** What there is of it, by name; empty when nothing is left. */
export const leftOfSecond = async (here: Here, second: Template): Promise<readonly string[]> => {
  const own = ownOf(here.template, second);
  const tables = await named(here);
  const left: string[] = [];
  for (const { name } of own.streams) if (here.kinesis.kinesis.has(name)) left.push(`stream ${name}`);
  for (const { name } of own.tables) if (tables.has(name)) left.push(`table ${name}`);
  for (const { name } of own.buckets) if (await bucketIs(here, name)) left.push(`bucket ${name}`);
  const { QueueUrls = [] } = (await here.objects.sqs('ListQueues', {})) as { readonly QueueUrls?: readonly string[] };
  for (const { name } of own.queues) if (QueueUrls.some((u) => u.endsWith(`/${name}`))) left.push(`queue ${name}`);
  return left;
};
