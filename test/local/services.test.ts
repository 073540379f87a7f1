import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { oneAtATime } from '../../local/services/conditional-writes.ts';
import type { AfterVerdict, BeforeVerdict, Call, Hooks } from '../../local/services/hooks.ts';
import { createMeter } from '../../local/services/meter.ts';
import { dynamoTable } from '../../shared/aws/dynamo-table.ts';
import { kinesisStream } from '../../shared/aws/kinesis-stream.ts';
import { s3Objects } from '../../shared/aws/s3-objects.ts';
import { sqsWake } from '../../shared/aws/sqs-wake.ts';
import type { Fault } from '../../shared/faults.ts';
import { CARRIERS, type LocalWorld, makeTable, openLocalWorld, type WorldOptions } from '../ports/world.ts';

let world: LocalWorld | undefined;
const open = async (options: WorldOptions = {}): Promise<LocalWorld> => {
  world = await openLocalWorld(options);
  return world;
};
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const faultOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
  } catch (error) {
    return (error as Fault).code ?? (error as Error).name;
  }
  return 'passed';
};
const of = (name: string, bytes: number) => ({ partitionKey: name, data: new Uint8Array(bytes) });

describe('the meter', () => {
  const named = async (calls: (w: LocalWorld) => Promise<unknown>) => {
    const meter = createMeter();
    const w = await open({ meter, functionName: 'shop-dev-aggregate' });
    await makeTable(w, 'ledger');
    w.makeStream('raw', 1);
    await w.makeBucket('bucket');
    meter.reset();
    await calls(w);
    return meter;
  };

  test('names the caller by its function', async () => {
    const meter = await named((w) => kinesisStream({ stream: 'raw', calls: w.calls.kinesis }).put([of('k', 1)]));
    expect(meter.rows().map((r) => [r.caller, r.service, r.operation, r.calls])).toEqual([
      ['shop-dev-aggregate', 'kinesis', 'PutRecords', 1],
    ]);
  });

  test.each([
    ['one byte', [1], 1],
    ['25 KB with the key', [25 * 1024 - 1], 1],
    ['25 KB and its key', [25 * 1024], 2],
    ['three of 30 KB', [30_000, 30_000, 30_000], 6],
  ])('counts PUT units of 25 KB for each record: %s', async (_, sizes, units) => {
    const meter = await named((w) =>
      kinesisStream({ stream: 'raw', calls: w.calls.kinesis }).put(sizes.map((bytes) => of('k', bytes))),
    );
    expect(meter.totals().putUnits).toBe(units);
  });

  test('counts write units as DynamoDB charges them, failed conditions by the item that stood there', async () => {
    const meter = await named(async (w) => {
      const table = dynamoTable({ table: 'ledger', calls: w.calls.dynamo });
      await table.put({ pk: 'p', sk: '1', text: 'x'.repeat(2_500) }); // 3
      await table.put({ pk: 'p', sk: '1', text: 'x' }); // 3: what it replaces was larger
      await table.put({ pk: 'p', sk: '2', bytes: new Uint8Array(2_100) }); // 3
      await table.put({ pk: 'p', sk: '2' }, { kind: 'absent' }); // 3, and does not happen
      await table.update({ pk: 'p', sk: 'none' }, { v: 1 }, { kind: 'equals', field: 'v', value: 0 }); // 1
      await table.putMany([1, 2, 3].map((n) => ({ pk: 'm', sk: String(n) }))); // 3
      await table.get({ pk: 'p', sk: '1' });
    });
    const units = (operation: string) => meter.totals((r) => r.operation === operation);
    expect(units('PutItem')).toMatchObject({ calls: 4, failed: 1, writeUnits: 12, readUnits: 0 });
    expect(units('UpdateItem')).toMatchObject({ calls: 1, failed: 1, writeUnits: 1 });
    expect(units('BatchWriteItem')).toMatchObject({ calls: 1, writeUnits: 3 });
    expect(units('GetItem')).toMatchObject({ calls: 1, writeUnits: 0, readUnits: 1 });
    expect(meter.totals()).toMatchObject({ calls: 7, failed: 2, writeUnits: 16 });
  });

  test('counts a query for the newest entry as one call that reads one entry', async () => {
    const meter = await named(async (w) => {
      const table = dynamoTable({ table: 'ledger', calls: w.calls.dynamo });
      for (const n of [1, 2, 3]) await table.put({ pk: 'led', sk: `e#${n}`, p: 'x'.repeat(12_000) });
      await table.query('led', { prefix: 'e#', newestFirst: true, limit: 1 });
    });
    expect(meter.totals((r) => r.operation === 'Query')).toMatchObject({ calls: 1, readUnits: 3 }); // 12 KB in 4 KB steps
  });

  test('counts the next entries after one as one call', async () => {
    const meter = await named(async (w) => {
      const table = dynamoTable({ table: 'ledger', calls: w.calls.dynamo });
      for (const n of [1, 2, 3]) await table.put({ pk: 'led', sk: `e#${n}` });
      expect((await table.query('led', { prefix: 'e#', after: 'e#1', limit: 1 })).length).toBe(1);
    });
    expect(meter.totals((r) => r.operation === 'Query').calls).toBe(1);
  });

  test('counts requests of S3 by what they cost, a refused put too', async () => {
    const meter = await named(async (w) => {
      const objects = s3Objects({ bucket: 'bucket', calls: w.calls.s3 });
      await objects.put('a', new Uint8Array(10));
      await objects.putIfAbsent('a', new Uint8Array(10));
      await objects.get('a');
      await objects.getRange('a', 0, 5);
      await objects.list('');
      await objects.delete(['a']);
    });
    expect(meter.totals()).toMatchObject({ calls: 6, failed: 1, objectPuts: 3, objectGets: 2, bytes: 10 });
  });
});

describe.each(CARRIERS)('a hook, calls carried by: %s', (carrier) => {
  const on = async (operation: string, hooks: Hooks) => {
    const seen: Call[] = [];
    const meter = createMeter();
    const w = await open({
      carrier,
      meter,
      maxAttempts: 1,
      hooks: {
        before: (call) => {
          if (call.operation !== operation) return 'pass';
          seen.push(call);
          return hooks.before?.(call) ?? 'pass';
        },
        after: (call, answer) => (call.operation === operation ? (hooks.after?.(call, answer) ?? 'pass') : 'pass'),
      },
    });
    w.makeStream('raw', 1);
    await w.makeBucket('bucket');
    await makeTable(w, 'ledger');
    const queueUrl = await w.makeQueue('refine');
    return {
      seen,
      meter,
      world: w,
      stream: kinesisStream({ stream: 'raw', calls: w.calls.kinesis }),
      table: dynamoTable({ table: 'ledger', calls: w.calls.dynamo }),
      objects: s3Objects({ bucket: 'bucket', calls: w.calls.s3 }),
      wake: sqsWake({ queueUrl, calls: w.calls.sqs }),
    };
  };
  const goingIn = (verdict: BeforeVerdict): Hooks => ({ before: () => verdict });
  const comingOut = (verdict: AfterVerdict): Hooks => ({ after: () => verdict });
  const throttled = { error: 'ProvisionedThroughputExceededException', status: 400 };

  test('sees the call with its body', async () => {
    const { seen, stream, table, objects } = await on('PutRecords', {});
    await stream.put([of('key', 1)]);
    await table.put({ pk: 'p', sk: 's' });
    await objects.put('a b/ü', new Uint8Array(3));
    expect(seen).toMatchObject([
      { service: 'kinesis', caller: 'outside', body: { StreamName: 'raw', Records: [{ PartitionKey: 'key' }] } },
    ]);
  });

  test('sees an object by its bucket, key and size', async () => {
    const { seen, objects } = await on('PutObject', {});
    await objects.put('a b/ü', new Uint8Array(3));
    expect(seen[0]).toMatchObject({ service: 's3', body: { bucket: 'bucket', key: 'a b/ü', bytes: 3 } });
  });

  test('refuses some records of a put; the others are stored, and they alone are units', async () => {
    const { stream, world, meter } = await on('PutRecords', goingIn({ partial: [1] }));
    const outcomes = await stream.put([of('a', 1), of('b', 1), of('c', 1)]);
    expect(outcomes.map((o) => (o.ok ? 'ok' : o.code))).toEqual(['ok', 'ProvisionedThroughputExceededException', 'ok']);
    expect(world.records('raw').map((r) => r.partitionKey)).toEqual(['a', 'c']);
    expect(meter.totals((r) => r.operation === 'PutRecords')).toMatchObject({ calls: 1, failed: 0, putUnits: 2 });
  });

  test('counts a call that it refuses as a failed one without units', async () => {
    const { stream, meter } = await on('PutRecords', goingIn(throttled));
    await faultOf(stream.put([of('a', 1)]));
    expect(meter.totals((r) => r.operation === 'PutRecords')).toMatchObject({ calls: 1, failed: 1, putUnits: 0 });
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ])('makes an error %s the call is done', async (when, stored) => {
    const { stream, world } = await on('PutRecords', when === 'before' ? goingIn(throttled) : comingOut(throttled));
    expect(await faultOf(stream.put([of('a', 1)]))).toBe('stream.throttled');
    expect(world.records('raw').length).toBe(stored);
  });

  test.each([
    ['before', goingIn('drop-answer')],
    ['after', comingOut('drop-answer')],
  ])('loses the answer of a call that is done, said %s', async (_, hooks) => {
    const { stream, world } = await on('PutRecords', hooks);
    expect(await faultOf(stream.put([of('a', 1)]))).toBe('stream.unavailable');
    expect(world.records('raw').length).toBe(1);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ])('never answers, and says so %s the call is done', async (when, stored) => {
    let reached: () => void = () => {};
    const hung = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const hang = () => {
      reached();
      return 'hang' as const;
    };
    const { world } = await on('PutRecords', when === 'before' ? { before: hang } : { after: hang });
    const caller = new AbortController();
    const put = world.kinesis.send(
      new PutRecordsCommand({ StreamName: 'raw', Records: [{ PartitionKey: 'a', Data: new Uint8Array(1) }] }),
      { abortSignal: caller.signal },
    );
    put.catch(() => {});
    await hung;
    expect(await Promise.race([put, Promise.resolve('no answer')])).toBe('no answer');
    caller.abort();
    await expect(put).rejects.toThrow();
    expect(world.records('raw').length).toBe(stored);
  });

  test('of a call sent again by the SDK after a lost answer, both happen', async () => {
    let times = 0;
    const w = await open({
      carrier,
      hooks: {
        after: (call) => {
          times += call.operation === 'PutRecords' ? 1 : 0;
          return times === 1 ? 'drop-answer' : 'pass';
        },
      },
    });
    w.makeStream('raw', 1);
    const outcomes = await kinesisStream({ stream: 'raw', calls: w.calls.kinesis }).put([of('a', 1)]);
    expect(outcomes[0]?.ok).toBe(true);
    expect(w.records('raw').length).toBe(2);
  });

  test('of a conditional put sent again after a lost answer, the writer finds its own item in the way', async () => {
    let times = 0;
    const w = await open({
      carrier,
      hooks: {
        after: (call) => {
          times += call.operation === 'PutItem' ? 1 : 0;
          return times === 1 ? 'drop-answer' : 'pass';
        },
      },
    });
    await makeTable(w, 'ledger');
    const entry = { pk: 'led', sk: 'e#1', id: 'mine' };
    const table = dynamoTable({ table: 'ledger', calls: w.calls.dynamo });
    expect(await table.put(entry, { kind: 'absent' })).toEqual({ ok: false, found: entry });
  });

  test.each<[string, string, string, string]>([
    ['PutItem', 'ProvisionedThroughputExceededException', 'table', 'table.throttled'],
    ['PutItem', 'ThrottlingException', 'table', 'table.throttled'],
    ['PutItem', 'InternalServerError', 'table', 'table.unavailable'],
    ['PutItem', 'AccessDeniedException', 'table', 'table.unavailable'],
    ['PutRecords', 'KMSThrottlingException', 'stream', 'stream.throttled'],
    ['PutRecords', 'ResourceNotFoundException', 'stream', 'stream.unavailable'],
    ['PutObject', 'SlowDown', 'objects', 'objects.unavailable'],
    ['SendMessage', 'RequestThrottled', 'wake', 'queue.unavailable'],
  ])('%s answered with %s is a Fault of the %s', async (operation, error, port, code) => {
    const ports = await on(operation, goingIn({ error, status: 400 }));
    const call = {
      table: () => ports.table.put({ pk: 'p', sk: 's' }),
      stream: () => ports.stream.put([of('a', 1)]),
      objects: () => ports.objects.put('k', new Uint8Array(1)),
      wake: () => ports.wake.send('x'),
    }[port]!;
    expect(await faultOf(call())).toBe(code);
  });
});

describe('the table service', () => {
  const key = { pk: { S: 'p' }, sk: { S: 's' } };
  const refused = async (call: Promise<unknown>) => {
    const error = await call.catch((e: unknown) => e);
    if (!(error instanceof ConditionalCheckFailedException)) throw new Error(`not refused: ${String(error)}`);
    return error.Item;
  };

  test('hands back the item in the way when it is asked for, and only then', async () => {
    const { dynamo } = await open();
    await makeTable({ dynamo }, 'ledger');
    await dynamo.send(new PutItemCommand({ TableName: 'ledger', Item: { ...key, v: { N: '1' } } }));
    const put = { TableName: 'ledger', Item: key, ConditionExpression: 'attribute_not_exists(pk)' };
    const update = {
      TableName: 'ledger',
      Key: key,
      UpdateExpression: 'SET v = :v',
      ConditionExpression: 'v < :v',
      ExpressionAttributeValues: { ':v': { N: '1' } },
    };
    const ReturnValuesOnConditionCheckFailure = 'ALL_OLD' as const;
    const item = { ...key, v: { N: '1' } };
    expect(await refused(dynamo.send(new PutItemCommand(put)))).toBeUndefined();
    expect(await refused(dynamo.send(new PutItemCommand({ ...put, ReturnValuesOnConditionCheckFailure })))).toEqual(
      item,
    );
    expect(await refused(dynamo.send(new UpdateItemCommand(update)))).toBeUndefined();
    expect(
      await refused(dynamo.send(new UpdateItemCommand({ ...update, ReturnValuesOnConditionCheckFailure }))),
    ).toEqual(item);
  });
});

test('jobs of one name wait for each other, a failed one too; others do not', async () => {
  const oneJob = oneAtATime<string>();
  const log: string[] = [];
  const gates = new Map<string, () => void>();
  const job =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await new Promise<void>((resolve) => gates.set(name, resolve));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const jobs = [oneJob('x', job('x1', true)), oneJob('x', job('x2')), oneJob('y', job('y1'))];
  const settled = Promise.allSettled(jobs);
  await vi.waitFor(() => expect(log).toEqual(['x1 begins', 'y1 begins']));
  gates.get('x1')?.();
  await vi.waitFor(() => expect(log).toEqual(['x1 begins', 'y1 begins', 'x1 ends', 'x2 begins']));
  gates.get('x2')?.();
  gates.get('y1')?.();
  expect((await settled).map((s) => s.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});

describe('the object service', () => {
  const statusOf = async (call: Promise<unknown>) => {
    try {
      await call;
      return 200;
    } catch (error) {
      return (error as { readonly $metadata: { readonly httpStatusCode?: number } }).$metadata.httpStatusCode;
    }
  };

  test('writes under If-Match only over the version that is named', async () => {
    const { s3, makeBucket } = await open();
    await makeBucket('bucket');
    const at = { Bucket: 'bucket', Key: 'dir/a b', Body: 'x' };
    const { ETag } = await s3.send(new PutObjectCommand(at));
    expect(await statusOf(s3.send(new PutObjectCommand({ ...at, Body: 'y', IfMatch: '"0123"' })))).toBe(412);
    expect(await statusOf(s3.send(new PutObjectCommand({ ...at, Body: 'y', IfMatch: ETag })))).toBe(200);
    expect(await statusOf(s3.send(new PutObjectCommand({ ...at, Body: 'z', IfMatch: ETag })))).toBe(412);
    expect(await statusOf(s3.send(new PutObjectCommand({ ...at, Key: 'none', IfMatch: ETag })))).toBe(404);
  });

  test('completes an upload under If-None-Match only where nothing stands', async () => {
    const { s3, makeBucket } = await open();
    await makeBucket('bucket');
    const at = { Bucket: 'bucket', Key: 'big' };
    const complete = async () => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
      const part = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'x' }));
      return statusOf(
        s3.send(
          new CompleteMultipartUploadCommand({
            ...at,
            UploadId,
            IfNoneMatch: '*',
            MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
          }),
        ),
      );
    };
    expect(await complete()).toBe(200);
    expect(await complete()).toBe(412);
  });

  test('gives queues to a poller in the same process', async () => {
    const w = await open();
    const queueUrl = await w.makeQueue('refine');
    await sqsWake({ queueUrl, calls: w.calls.sqs }).send('wake up');
    const answer = await w.sqsCall('ReceiveMessage', { QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    expect(answer).toMatchObject({ Messages: [{ Body: 'wake up' }] });
  });
});
