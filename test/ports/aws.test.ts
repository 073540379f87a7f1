import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  UpdateShardCountCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { kinesisStream } from '../../shared/aws/kinesis-stream.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { sqsWake } from '../../shared/aws/sqs-wake.ts';
import { objectsContract } from './objects.contract.ts';
import { streamContract } from './stream.contract.ts';
import { tableContract } from './table.contract.ts';
import { wakeContract } from './wake.contract.ts';
import { CARRIERS, makeBucket, makeQueue, makeStream, makeTable, openWorld, type World } from './world.ts';

/** Away from this machine things take their time. */
const PATIENCE = { maxWaitTime: 300 };

describe.each(CARRIERS)('on AWS, calls carried by: %s', (carrier) => {
  const name = `millrace-contract-${randomUUID().slice(0, 8)}`;
  let world: World;
  const made: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    world = await openWorld(carrier);
  });
  afterAll(async () => {
    if (!world.local) for (const remove of made) await remove();
    await world.close();
  });

  streamContract(async () => {
    const { kinesis, local } = world;
    const ready = () => waitUntilStreamExists({ client: kinesis, ...PATIENCE }, { StreamName: name });
    await makeStream(world, name, 2);
    made.push(() => kinesis.send(new DeleteStreamCommand({ StreamName: name })));
    if (!local) await ready();
    return {
      stream: kinesisStream({ stream: name, calls: world.calls.kinesis }),
      async reshard(count) {
        await kinesis.send(
          new UpdateShardCountCommand({ StreamName: name, TargetShardCount: count, ScalingType: 'UNIFORM_SCALING' }),
        );
        for (;;) {
          const { StreamDescriptionSummary: now } = await kinesis.send(
            new DescribeStreamSummaryCommand({ StreamName: name }),
          );
          if (now?.StreamStatus === 'ACTIVE' && now.OpenShardCount === count) return;
          await wait(5_000);
        }
      },
    };
  });

  tableContract(
    async () => {
      const { dynamo, local } = world;
      await makeTable(world, name);
      made.push(() => dynamo.send(new DeleteTableCommand({ TableName: name })));
      if (!local) await waitUntilTableExists({ client: dynamo, ...PATIENCE }, { TableName: name });
      return dynamoTable({ table: name, calls: world.calls.dynamo });
    },
    { comparesUtf8: process.env.MILLRACE_TABLE !== 'dynalite' },
  );

  objectsContract(async () => {
    await makeBucket(world, name);
    const objects = s3Objects({ bucket: name, calls: world.calls.s3 });
    made.push(async () => {
      await objects.delete((await objects.list('')).map((o) => o.key));
      await world.s3.send(new DeleteBucketCommand({ Bucket: name }));
    });
    return objects;
  });

  wakeContract(async () => {
    const { sqs } = world;
    const QueueUrl = await makeQueue(world, name);
    made.push(() => sqs.send(new DeleteQueueCommand({ QueueUrl })));
    return {
      wake: sqsWake({ queueUrl: QueueUrl, calls: world.calls.sqs }),
      async received() {
        const bodies: string[] = [];
        for (let empty = 0; empty < 1 || bodies.length === 0; ) {
          const { Messages = [] } = await sqs.send(
            new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: bodies.length ? 0 : 5 }),
          );
          for (const m of Messages) {
            bodies.push(m.Body ?? '');
            await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: m.ReceiptHandle }));
          }
          empty += Messages.length === 0 ? 1 : 0;
        }
        return bodies;
      },
    };
  });
});
