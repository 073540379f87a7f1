// PROOF=peers: our Kinesis beside kinesis-local and ministack: the same SDK calls, answers compared without names, times and numbers
// that are free. A table of what agrees is printed. Where a peer is known to be wrong the difference is named here, with what AWS does.
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  KinesisClient as Client,
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
  waitUntilStreamExists,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startKinesis } from '../../local/kinesis/start.ts';
import { localEnv } from '../../local/services/local-env.ts';
import { clientSettings } from '../../shared/aws/client.ts';
import { kinesisLocal, ministack } from './install.ts';
import { freePort, type Peer, startPeer } from './process.ts';

const NAMES = ['ours', 'kinesis-local', 'ministack'] as const;
type Name = (typeof NAMES)[number];

const clientOf = (at: string): Client =>
  new Client({ ...clientSettings('KINESIS', localEnv({ kinesis: at, dynamo: at, objects: at })), maxAttempts: 2 });

const start: Record<Name, () => Promise<Peer>> = {
  ours: async () => {
    const k = await startKinesis({});
    return { endpoint: k.endpoint, stop: () => k.close() };
  },
  'kinesis-local': async () => {
    const folder = kinesisLocal();
    const [port, tls] = [await freePort(), await freePort()];
    const env = {
      KINESIS_MOCK_PLAIN_PORT: String(port),
      KINESIS_MOCK_TLS_PORT: String(tls),
      CREATE_STREAM_DURATION: '0ms',
      UPDATE_SHARD_COUNT_DURATION: '0ms',
      SPLIT_SHARD_DURATION: '0ms',
      MERGE_SHARDS_DURATION: '0ms',
    };
    return startPeer(process.execPath, ['main.js'], { port, env, cwd: folder });
  },
  ministack: async () => {
    const program = ministack();
    const port = await freePort();
    const env = {
      GATEWAY_PORT: String(port),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    };
    return startPeer(program, [], { port, env });
  },
};

type Side = { readonly peer: Peer; readonly client: KinesisClient };
const sides = new Map<Name, Side>();
const broken = new Map<Name, string>();

beforeAll(async () => {
  for (const name of NAMES) {
    try {
      const peer = await start[name]();
      sides.set(name, { peer, client: clientOf(peer.endpoint) });
    } catch (error) {
      broken.set(name, String(error));
    }
  }
}, 600_000);
afterAll(async () => {
  for (const { peer, client } of sides.values()) {
    client.destroy();
    await peer.stop();
  }
});

const S = 'peers';
const order = (a: Shard, b: Shard): number =>
  BigInt(a.HashKeyRange?.StartingHashKey ?? 0) < BigInt(b.HashKeyRange?.StartingHashKey ?? 0) ? -1 : 1;
/** Where a shard's range begins and ends, to one part in 2^64: kinesis-local's ring is one key short. */
const range = ({ HashKeyRange: r }: Shard): readonly string[] =>
  [r?.StartingHashKey, r?.EndingHashKey].map((h) => ((BigInt(h ?? 0) + 2n ** 63n) >> 64n).toString(16));
const shards = async (c: KinesisClient): Promise<readonly Shard[]> =>
  (await c.send(new ListShardsCommand({ StreamName: S }))).Shards ?? [];
const open = async (c: KinesisClient): Promise<Shard[]> =>
  (await shards(c)).filter((s) => !s.SequenceNumberRange?.EndingSequenceNumber).sort(order);
const active = async (c: KinesisClient): Promise<void> => {
  for (let n = 0; n < 100; n++) {
    const { StreamDescriptionSummary: now } = await c.send(new DescribeStreamSummaryCommand({ StreamName: S }));
    if (now?.StreamStatus === 'ACTIVE') return;
    await wait(100);
  }
};
const errorOf = (sending: Promise<unknown>): Promise<string> =>
  sending.then(
    () => 'accepted',
    (e: Error) => e.name,
  );
const put = (c: KinesisClient, PartitionKey: string, text: string, ExplicitHashKey?: string) =>
  c.send(
    new PutRecordCommand({
      StreamName: S,
      PartitionKey,
      Data: Buffer.from(text),
      ...(ExplicitHashKey && { ExplicitHashKey }),
    }),
  );
const place = async (c: KinesisClient, id: string | undefined): Promise<number> =>
  (await open(c)).findIndex((s) => s.ShardId === id);
const start_ = (
  c: KinesisClient,
  ShardId: string,
  type: 'TRIM_HORIZON' | 'LATEST' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER',
  StartingSequenceNumber?: string,
) =>
  c.send(
    new GetShardIteratorCommand({
      StreamName: S,
      ShardId,
      ShardIteratorType: type,
      ...(StartingSequenceNumber && { StartingSequenceNumber }),
    }),
  );
const textsFrom = async (c: KinesisClient, iterator: string | undefined): Promise<readonly string[]> => {
  const out: string[] = [];
  let next = iterator;
  for (let n = 0; n < 4 && next; n++) {
    const page = await c.send(new GetRecordsCommand({ ShardIterator: next }));
    out.push(...(page.Records ?? []).map((r) => Buffer.from(r.Data ?? []).toString()));
    next = page.NextShardIterator;
  }
  return out;
};

type Step = {
  readonly what: string;
  readonly run: (c: KinesisClient) => Promise<unknown>;
  /** Peers that are wrong here, and how. */
  readonly wrong?: Partial<Record<Name, string>>;
};

const STEPS: readonly Step[] = [
  {
    what: 'a new stream of two shards halves the ring',
    wrong: { 'kinesis-local': 'the second begins at 2^127 - 1; in the documentation of AWS at 2^127' },
    async run(c) {
      await c.send(new CreateStreamCommand({ StreamName: S, ShardCount: 2 }));
      await waitUntilStreamExists({ client: c, maxWaitTime: 30, minDelay: 1 }, { StreamName: S });
      return (await open(c)).map((s) => [s.ShardId, s.HashKeyRange?.StartingHashKey, s.ParentShardId ?? null]);
    },
  },
  {
    what: 'a key goes to the shard of its MD5',
    run: async (c) =>
      Promise.all(['Aachen', 'Berlin', 'Zürich', '東京', 'x'].map(async (k) => place(c, (await put(c, k, k)).ShardId))),
  },
  {
    what: 'an explicit hash key goes to the shard that holds it',
    run: async (c) =>
      Promise.all(
        [
          '0',
          '170141183460469231731687303715884105000',
          '170141183460469231731687303715884106000',
          '340282366920938463463374607431768211455',
        ].map(async (h) => place(c, (await put(c, 'k', h, h)).ShardId)),
      ),
  },
  {
    what: 'sequence numbers of one PutRecords rise in a shard',
    async run(c) {
      const { FailedRecordCount, Records = [] } = await c.send(
        new PutRecordsCommand({
          StreamName: S,
          Records: ['r1', 'r2', 'r3'].map((t) => ({ PartitionKey: 'p', ExplicitHashKey: '5', Data: Buffer.from(t) })),
        }),
      );
      const seqs = Records.map((r) => BigInt(r.SequenceNumber ?? 0));
      return [FailedRecordCount ?? 0, seqs.every((s, i) => i === 0 || s > (seqs[i - 1] as bigint))];
    },
  },
  {
    what: 'TRIM_HORIZON, AT and AFTER a sequence number, LATEST',
    async run(c) {
      const one = await put(c, 'p', 'first', '7');
      await put(c, 'p', 'second', '7');
      const id = one.ShardId ?? '';
      const latest = (await start_(c, id, 'LATEST')).ShardIterator;
      const from = async (type: 'TRIM_HORIZON' | 'AT_SEQUENCE_NUMBER' | 'AFTER_SEQUENCE_NUMBER') =>
        (
          await textsFrom(
            c,
            (
              await start_(c, id, type, type === 'TRIM_HORIZON' ? undefined : one.SequenceNumber)
            ).ShardIterator,
          )
        ).slice(-5);
      return [
        await from('AT_SEQUENCE_NUMBER'),
        await from('AFTER_SEQUENCE_NUMBER'),
        (await from('TRIM_HORIZON')).slice(-2),
        await textsFrom(c, latest),
      ];
    },
  },
  {
    what: 'a record of 1 MiB less its key',
    run: async (c) =>
      errorOf(
        c.send(
          new PutRecordCommand({
            StreamName: S,
            PartitionKey: 'k',
            ExplicitHashKey: '340282366920938463463374607431768211455',
            Data: new Uint8Array(1_048_575),
          }),
        ),
      ),
  },
  {
    what: '501 records in one PutRecords',
    run: async (c) =>
      errorOf(
        c.send(
          new PutRecordsCommand({
            StreamName: S,
            Records: Array.from({ length: 501 }, () => ({ PartitionKey: 'k', Data: Buffer.from('x') })),
          }),
        ),
      ),
    wrong: { 'kinesis-local': 'accepts them; AWS refuses more than 500' },
  },
  {
    what: 'a stream that does not exist',
    run: async (c) => errorOf(c.send(new DescribeStreamSummaryCommand({ StreamName: 'nobody' }))),
  },
  {
    what: 'an iterator that is none',
    run: async (c) => errorOf(c.send(new GetRecordsCommand({ ShardIterator: 'A'.repeat(60) }))),
    wrong: {
      'kinesis-local': 'answers HTTP 500; AWS InvalidArgumentException',
      ministack: 'ExpiredIteratorException; AWS InvalidArgumentException',
    },
  },
  {
    wrong: { ministack: 'forgets the parent; AWS keeps it for the retention' },
    what: 'a split: the parent closes, two children halve it and name it, at its end it names them',
    async run(c) {
      const [first] = (await open(c)) as [Shard];
      const id = first.ShardId ?? '';
      const last = (await put(c, 'p', 'last of the parent', '9')).SequenceNumber ?? '';
      await c.send(new SplitShardCommand({ StreamName: S, ShardToSplit: id, NewStartingHashKey: '1000' }));
      await active(c);
      const children = (await shards(c)).filter((s) => s.ParentShardId === id).sort(order);
      const child = await put(c, 'p', 'child', '9');
      const page = await c.send(
        new GetRecordsCommand({ ShardIterator: (await start_(c, id, 'AFTER_SEQUENCE_NUMBER', last)).ShardIterator }),
      );
      const end = page.NextShardIterator
        ? await c.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }))
        : page;
      return {
        ranges: children.map(range),
        above: BigInt(child.SequenceNumber ?? 0) > BigInt(last),
        ended: (end.NextShardIterator ?? null) === null,
        names: (end.ChildShards ?? []).map((s) => s.ParentShards?.join()).length,
      };
    },
  },
  {
    what: 'a merge: one child over both ranges, with both parents',
    async run(c) {
      const [a, b] = (await open(c)) as [Shard, Shard];
      await c.send(new MergeShardsCommand({ StreamName: S, ShardToMerge: a.ShardId, AdjacentShardToMerge: b.ShardId }));
      await active(c);
      const child = (await shards(c)).find((s) => s.AdjacentParentShardId);
      return [
        child && range(child),
        [child?.ParentShardId, child?.AdjacentParentShardId].sort().join() === [a.ShardId, b.ShardId].sort().join(),
      ];
    },
  },
  {
    what: 'UpdateShardCount doubles the open shards',
    async run(c) {
      await c.send(new UpdateShardCountCommand({ StreamName: S, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }));
      await active(c);
      return (await open(c)).map(range);
    },
  },
  {
    what: 'ListShards AT_LATEST lists the open ones',
    run: async (c) => [
      (await c.send(new ListShardsCommand({ StreamName: S, ShardFilter: { Type: 'AT_LATEST' } }))).Shards?.length,
      (await open(c)).length,
    ],
  },
];

test('our Kinesis answers as its peers do, where those are right', { timeout: 600_000 }, async () => {
  const rows: string[] = [];
  const unexpected: string[] = [];
  for (const step of STEPS) {
    const answers = new Map<Name, string>();
    for (const [name, { client }] of sides)
      answers.set(name, JSON.stringify(await step.run(client).catch((e: Error) => `throws ${e.name}: ${e.message}`)));
    const mine = answers.get('ours');
    if (mine?.startsWith('"throws')) unexpected.push(`${step.what}\n  ours ${mine}`);
    const cells = NAMES.slice(1).map((name) => {
      const theirs = answers.get(name);
      if (theirs === undefined) return 'not run';
      if (theirs === mine) return 'agrees';
      const known = step.wrong?.[name];
      if (known !== undefined) return `known: ${known}`;
      unexpected.push(`${step.what}\n  ours ${mine}\n  ${name} ${theirs}`);
      return 'DIFFERS';
    });
    rows.push(`| ${step.what} | ${cells.join(' | ')} |`);
  }
  console.log(
    [
      '',
      `| call | ${NAMES.slice(1).join(' | ')} |`,
      '|---|---|---|',
      ...rows,
      ...[...broken].map(([n, why]) => `${n} did not run: ${why}`),
    ].join('\n'),
  );
  expect(unexpected).toEqual([]);
  expect([...broken.keys()]).toEqual([]);
});
