import {
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalKinesis, startKinesis } from '../../local/kinesis/start.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import { type ManualClock, manualClock } from '../../shared/memory/clock.ts';
import { hours, minutes, seconds } from '../../shared/time.ts';

let clock: ManualClock;
let local: LocalKinesis;
let client: KinesisClient;

const open = async (options: { readonly quotas?: boolean } = {}) => {
  clock = manualClock('2024-05-01T12:00:00Z');
  local = await startKinesis({ clock, ...options });
  const env = localEnv({ kinesis: local.endpoint, dynamo: '', objects: '' });
  client = new KinesisClient({ ...clientSettings('KINESIS', env), maxAttempts: 1 });
};
beforeEach(() => open());
afterEach(async () => {
  client.destroy();
  await local.close();
});

const StreamName = 'raw';
const S0 = 'shardId-000000000000';
const text = (data: Uint8Array | undefined) => Buffer.from(data ?? []).toString();
const put = (name: string, ExplicitHashKey?: string) =>
  client.send(
    new PutRecordCommand({
      StreamName,
      PartitionKey: name,
      Data: Buffer.from(name),
      ...(ExplicitHashKey && { ExplicitHashKey }),
    }),
  );
type From = Omit<GetShardIteratorCommandInput, 'StreamName' | 'ShardId'>;
const iterator = async (from: From, ShardId = S0) =>
  (await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...from }))).ShardIterator;
const get = async (from: From, ShardId = S0) =>
  client.send(new GetRecordsCommand({ ShardIterator: await iterator(from, ShardId) }));
const shardIds = async (input: object = {}) =>
  (await client.send(new ListShardsCommand({ StreamName, ...input }))).Shards?.map((s) => s.ShardId?.slice(-2));
const failing = async (call: Promise<unknown>) => {
  try {
    await call;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'passed';
};

describe('streams', () => {
  test('are created, described, listed and deleted', async () => {
    for (const name of ['raw', 'validated', 'enriched'])
      await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: 2 }));
    const { StreamDescriptionSummary: summary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(summary).toMatchObject({
      StreamARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/raw',
      StreamStatus: 'ACTIVE',
      RetentionPeriodHours: 24,
      OpenShardCount: 2,
      StreamCreationTimestamp: new Date('2024-05-01T12:00:00Z'),
    });
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({ StreamARN: summary?.StreamARN, Limit: 1 }),
    );
    expect(StreamDescription).toMatchObject({ StreamName, HasMoreShards: true, Shards: [{ ShardId: S0 }] });
    const first = await client.send(new ListStreamsCommand({ Limit: 2 }));
    expect(first).toMatchObject({ StreamNames: ['enriched', 'raw'], HasMoreStreams: true });
    const rest = await client.send(new ListStreamsCommand({ NextToken: first.NextToken }));
    expect(rest).toMatchObject({ StreamNames: ['validated'], HasMoreStreams: false });
    await client.send(new DeleteStreamCommand({ StreamName }));
    expect(local.kinesis.names()).toEqual(['enriched', 'validated']);
  });

  test('keep records as long as they are told', async () => {
    local.kinesis.create('raw');
    await put('a');
    await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 48 }));
    clock.advance(hours(47));
    expect((await get({ ShardIteratorType: 'TRIM_HORIZON' })).Records?.length).toBe(1);
    await client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }));
    expect((await get({ ShardIteratorType: 'TRIM_HORIZON' })).Records?.length).toBe(0);
  });
});

describe('reading', () => {
  beforeEach(() => {
    local.kinesis.create('raw');
  });

  test('begins where the iterator says: five types', async () => {
    const a = await put('a');
    clock.advance(minutes(1));
    const b = await put('b');
    const latest = await iterator({ ShardIteratorType: 'LATEST' });
    clock.advance(minutes(1));
    await put('c');
    const names = async (from: From) => (await get(from)).Records?.map((r) => text(r.Data)).join('');
    const StartingSequenceNumber = b.SequenceNumber;
    expect(await names({ ShardIteratorType: 'TRIM_HORIZON' })).toBe('abc');
    expect(await names({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe('bc');
    expect(await names({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe('c');
    expect(await names({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date('2024-05-01T12:00:30Z') })).toBe('bc');
    const { Records } = await client.send(new GetRecordsCommand({ ShardIterator: latest }));
    expect(Records?.map((r) => text(r.Data))).toEqual(['c']);
    expect(a.SequenceNumber?.length).toBe(56);
  });

  test('gives each record its key, number and arrival, and says how far behind it is', async () => {
    const a = await put('ä');
    clock.advance(1_234);
    await put('b');
    clock.advance(seconds(5));
    const page = await client.send(
      new GetRecordsCommand({ ShardIterator: await iterator({ ShardIteratorType: 'TRIM_HORIZON' }), Limit: 1 }),
    );
    expect(page.Records?.[0]).toMatchObject({
      PartitionKey: 'ä',
      SequenceNumber: a.SequenceNumber,
      ApproximateArrivalTimestamp: new Date('2024-05-01T12:00:00Z'),
    });
    expect(page.MillisBehindLatest).toBe(5_000);
    const rest = await client.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }));
    expect(rest.Records?.[0]?.ApproximateArrivalTimestamp).toEqual(new Date('2024-05-01T12:00:01.234Z'));
    expect(rest.MillisBehindLatest).toBe(0);
  });

  test('ends at the end of a closed shard, naming its children', async () => {
    await put('a');
    await client.send(
      new SplitShardCommand({ StreamName, ShardToSplit: S0, NewStartingHashKey: (1n << 127n).toString() }),
    );
    await put('b', '0');
    const page = await get({ ShardIteratorType: 'TRIM_HORIZON' });
    expect(page.Records?.map((r) => text(r.Data))).toEqual(['a']);
    expect(page.NextShardIterator).toBeUndefined();
    expect(
      page.ChildShards?.map((c) => [c.ShardId?.slice(-2), c.ParentShards, c.HashKeyRange?.StartingHashKey]),
    ).toEqual([
      ['01', [S0], '0'],
      ['02', [S0], (1n << 127n).toString()],
    ]);
    const child = await get({ ShardIteratorType: 'TRIM_HORIZON' }, 'shardId-000000000001');
    expect(child.Records?.map((r) => text(r.Data))).toEqual(['b']);
  });

  test('an iterator is good for five minutes', async () => {
    const ShardIterator = await iterator({ ShardIteratorType: 'TRIM_HORIZON' });
    clock.advance(minutes(5));
    expect(await failing(client.send(new GetRecordsCommand({ ShardIterator })))).toBe('passed');
    clock.advance(1);
    expect(await failing(client.send(new GetRecordsCommand({ ShardIterator })))).toContain('ExpiredIteratorException');
  });

  test('an iterator does not outlive its stream', async () => {
    const ShardIterator = await iterator({ ShardIteratorType: 'TRIM_HORIZON' });
    local.kinesis.delete('raw');
    clock.advance(1);
    local.kinesis.create('raw');
    expect(await failing(client.send(new GetRecordsCommand({ ShardIterator })))).toContain('ResourceNotFoundException');
  });

  test('one read gives 10,000 records or 10 MiB at most', async () => {
    const log = local.kinesis.log('raw');
    log.putMany(Array.from({ length: 10_001 }, () => ({ partitionKey: 'k', data: new Uint8Array(1) })));
    const page = await get({ ShardIteratorType: 'TRIM_HORIZON' });
    expect(page.Records?.length).toBe(10_000);
    log.putMany(Array.from({ length: 12 }, () => ({ partitionKey: 'k', data: new Uint8Array(1_000_000) })));
    const next = await client.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }));
    expect(next.Records?.length).toBe(11);
  });
});

describe('shards', () => {
  test('are listed by filter and by pages', async () => {
    local.kinesis.create('raw', { shards: 2 });
    clock.advance(hours(1));
    await client.send(new UpdateShardCountCommand({ StreamName, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }));
    clock.advance(hours(1));
    await client.send(
      new MergeShardsCommand({
        StreamName,
        ShardToMerge: 'shardId-000000000002',
        AdjacentShardToMerge: 'shardId-000000000003',
      }),
    );
    const half = new Date('2024-05-01T12:30:00Z');
    const between = new Date('2024-05-01T13:30:00Z');
    expect(await shardIds()).toEqual(['00', '01', '02', '03', '04', '05', '06']);
    expect(await shardIds({ ShardFilter: { Type: 'AT_LATEST' } })).toEqual(['04', '05', '06']);
    expect(await shardIds({ ShardFilter: { Type: 'AT_TRIM_HORIZON' } })).toEqual(['00', '01']);
    expect(await shardIds({ ShardFilter: { Type: 'FROM_TRIM_HORIZON' } })).toHaveLength(7);
    expect(await shardIds({ ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: half } })).toEqual(['00', '01']);
    expect(await shardIds({ ShardFilter: { Type: 'AT_TIMESTAMP', Timestamp: between } })).toEqual([
      '02',
      '03',
      '04',
      '05',
    ]);
    expect(await shardIds({ ShardFilter: { Type: 'FROM_TIMESTAMP', Timestamp: between } })).toEqual([
      '02',
      '03',
      '04',
      '05',
      '06',
    ]);
    expect(await shardIds({ ShardFilter: { Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000004' } })).toEqual([
      '05',
      '06',
    ]);
    expect(await shardIds({ ExclusiveStartShardId: 'shardId-000000000005' })).toEqual(['06']);
    const page = await client.send(
      new ListShardsCommand({ StreamName, MaxResults: 2, ShardFilter: { Type: 'AT_LATEST' } }),
    );
    const rest = await client.send(new ListShardsCommand({ NextToken: page.NextToken }));
    expect([...(page.Shards ?? []), ...(rest.Shards ?? [])].map((s) => s.ShardId?.slice(-2))).toEqual([
      '04',
      '05',
      '06',
    ]);
    expect(rest.NextToken).toBeUndefined();
    const merged = rest.Shards?.[0];
    expect(merged).toMatchObject({
      ParentShardId: 'shardId-000000000002',
      AdjacentParentShardId: 'shardId-000000000003',
    });
    clock.advance(minutes(5) + 1);
    expect(await failing(client.send(new ListShardsCommand({ NextToken: page.NextToken })))).toContain(
      'ExpiredNextTokenException',
    );
  });
});

describe('refusals', () => {
  beforeEach(() => {
    local.kinesis.create('raw', { shards: 2 });
  });
  const records = (count: number, bytes: number) =>
    Array.from({ length: count }, () => ({ PartitionKey: 'k', Data: new Uint8Array(bytes) }));
  const half = 1 << 20;

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a stream twice',
      () => client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 })),
      'ResourceInUseException',
    ],
    [
      'a stream of no shard',
      () => client.send(new CreateStreamCommand({ StreamName: 'x', ShardCount: 0 })),
      'ValidationException',
    ],
    [
      'a name with a slash',
      () => client.send(new CreateStreamCommand({ StreamName: 'a/b', ShardCount: 1 })),
      'ValidationException',
    ],
    [
      'no such stream',
      () => client.send(new ListShardsCommand({ StreamName: 'none' })),
      'ResourceNotFoundException: Stream none under account',
    ],
    [
      'no such shard',
      () => iterator({ ShardIteratorType: 'LATEST' }, 'shardId-000000000007'),
      'ResourceNotFoundException: Shard shardId-000000000007 in stream raw',
    ],
    [
      '501 records',
      () => client.send(new PutRecordsCommand({ StreamName, Records: records(501, 1) })),
      'ValidationException',
    ],
    ['no records', () => client.send(new PutRecordsCommand({ StreamName, Records: [] })), 'ValidationException'],
    [
      'a record of 1 MiB and its key',
      () => client.send(new PutRecordsCommand({ StreamName, Records: records(1, half) })),
      'ValidationException',
    ],
    [
      'more than 10 MiB',
      () => client.send(new PutRecordsCommand({ StreamName, Records: records(11, half - 1) })),
      'InvalidArgumentException: Records size exceeds',
    ],
    ['a key of 257 characters', () => put('x'.repeat(257)), 'ValidationException'],
    ['a hash key beyond the ring', () => put('a', (1n << 128n).toString()), 'InvalidArgumentException'],
    ['a hash key that is no number', () => put('a', '-1'), 'ValidationException'],
    [
      'a forged iterator',
      () => client.send(new GetRecordsCommand({ ShardIterator: 'AAAA' })),
      'InvalidArgumentException: Invalid ShardIterator',
    ],
    [
      'a limit of 10,001',
      () => client.send(new GetRecordsCommand({ ShardIterator: 'x', Limit: 10_001 })),
      'ValidationException',
    ],
    [
      'a sequence number of another stream',
      () => iterator({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '9'.repeat(56) }),
      'InvalidArgumentException',
    ],
    [
      'three times the shards',
      () =>
        client.send(new UpdateShardCountCommand({ StreamName, TargetShardCount: 6, ScalingType: 'UNIFORM_SCALING' })),
      'InvalidArgumentException',
    ],
    [
      'a split at the start of a shard',
      () => client.send(new SplitShardCommand({ StreamName, ShardToSplit: S0, NewStartingHashKey: '0' })),
      'InvalidArgumentException',
    ],
    [
      'a merge of a shard with itself',
      () => client.send(new MergeShardsCommand({ StreamName, ShardToMerge: S0, AdjacentShardToMerge: S0 })),
      'InvalidArgumentException',
    ],
    [
      'retention of a year and an hour',
      () => client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 8_761 })),
      'ValidationException',
    ],
    [
      'raising retention downwards',
      () => client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 30 })),
      'InvalidArgumentException',
    ],
  ])('%s', async (_, call, expected) => {
    expect(await failing(call())).toContain(expected);
  });

  const post = (headers: Record<string, string>, body: string) =>
    fetch(local.endpoint, { method: 'POST', headers, body }).then(async (r) => [r.status, await r.text()] as const);

  test('CBOR is refused with the way out', async () => {
    const [status, body] = await post({ 'content-type': 'application/x-amz-cbor-1.1' }, '\xbf\xff');
    expect(status).toBe(415);
    expect(body).toContain('AWS_CBOR_DISABLE=true');
  });

  test.each([
    ['an operation that is not there', 'SubscribeToShard', '{}', 'UnknownOperationException'],
    ['a name every object has', 'constructor', '{}', 'UnknownOperationException'],
    ['a body that is not JSON', 'PutRecord', '{', 'SerializationException'],
    ['a body that is a list', 'PutRecord', '[]', 'SerializationException'],
    [
      'data that is not base64',
      'PutRecord',
      '{"StreamName":"raw","PartitionKey":"k","Data":"#"}',
      'SerializationException',
    ],
    ['a number for a name', 'PutRecord', '{"StreamName":5}', 'SerializationException'],
  ])('%s', async (_, operation, sent, expected) => {
    const [status, body] = await post({ 'x-amz-target': `Kinesis_20131202.${operation}` }, sent);
    expect([status, body]).toEqual([400, expect.stringContaining(expected)]);
  });
});

describe('quotas', () => {
  beforeEach(async () => {
    client.destroy();
    await local.close();
    await open({ quotas: true });
    local.kinesis.create('raw', { shards: 2 });
  });
  const top = (1n << 127n).toString();
  const many = async (count: number, bytes: number, ExplicitHashKey = '0') => {
    const Records = Array.from({ length: count }, () => ({
      PartitionKey: 'k',
      Data: new Uint8Array(bytes),
      ExplicitHashKey,
    }));
    const { FailedRecordCount, Records: results } = await client.send(new PutRecordsCommand({ StreamName, Records }));
    return { failed: FailedRecordCount, results };
  };

  test('a shard takes 1,000 records a second; the rest of a put fails one by one', async () => {
    expect((await many(500, 1)).failed).toBe(0);
    expect((await many(400, 1)).failed).toBe(0);
    const { failed, results } = await many(150, 1);
    expect(failed).toBe(50);
    expect(results?.[99]?.SequenceNumber).toBeDefined();
    expect(results?.[100]).toEqual({
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: `Rate exceeded for shard ${S0} in stream raw under account 000000000000.`,
    });
    expect((await many(500, 1, top)).failed).toBe(0);
    clock.advance(100);
    expect((await many(150, 1)).failed).toBe(50);
    expect(await failing(put('a', '0'))).toContain('ProvisionedThroughputExceededException');
    clock.advance(seconds(1));
    expect(await failing(put('a', '0'))).toBe('passed');
  });

  test('a shard takes 1 MiB a second', async () => {
    expect((await many(4, 300_000)).failed).toBe(1);
    clock.advance(seconds(1));
    expect((await many(1, 1_048_575)).failed).toBe(0);
  });

  test('a shard is read five times a second', async () => {
    const from: From = { ShardIteratorType: 'TRIM_HORIZON' };
    for (let i = 0; i < 5; i += 1) expect(await failing(get(from))).toBe('passed');
    expect(await failing(get(from))).toContain('ProvisionedThroughputExceededException: Rate exceeded');
    expect(await failing(get(from, 'shardId-000000000001'))).toBe('passed');
    clock.advance(200);
    expect(await failing(get(from))).toBe('passed');
  });

  test('a read of 10 MB stops the shard until its 2 MiB a second have made up for it', async () => {
    local.kinesis
      .log('raw')
      .putMany(
        Array.from({ length: 10 }, () => ({ partitionKey: 'k', hashKey: '0', data: new Uint8Array(1_000_000) })),
      );
    const from: From = { ShardIteratorType: 'TRIM_HORIZON' };
    expect((await get(from)).Records?.length).toBe(10);
    clock.advance(seconds(3));
    expect(await failing(get(from))).toContain('ProvisionedThroughputExceededException');
    clock.advance(seconds(1));
    expect(await failing(get(from))).toBe('passed');
  });
});
