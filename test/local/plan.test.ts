// What a plan says of a deploy, and which deploys it refuses.
import { describe, expect, test } from 'vitest';
import type { Change, Known, Unread } from '../../local/plan/change.ts';
import { comparePlans } from '../../local/plan/compare.ts';
import type { Deployment } from '../../local/plan/deployment.ts';
import { deploymentOfStack } from '../../local/plan/from-stack.ts';
import { type Account, askAccount } from '../../local/plan/known.ts';
import { recordDeployment } from '../../local/plan/record.ts';
import { showPlan } from '../../local/plan/show-plan.ts';
import { packJson } from '../../shared/fold/pack.ts';
import { padSeq } from '../../shared/lanes/position.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { memoryTable } from '../../shared/memory/table.ts';

const fn = (name: string, groups: number | null = 4, run: string | null = '1') => ({
  name,
  fullName: `shop-dev-${name}`,
  groups,
  run,
});
const stream = (id: string, name: string, shards: number | null = 1) =>
  ({ id, name, mode: shards === null ? 'on-demand' : 'provisioned', shards, retentionHours: 24 }) as const;
const mapping = (name: string, on: string, position = 'TRIM_HORIZON') => ({
  function: name,
  stream: on,
  position,
  enabled: true,
});
const query = (id: string, kind = 'window') => ({ id, name: id.split('-')[0] ?? id, kind, into: 't' });

const BEFORE: Deployment = {
  version: 1,
  service: 'shop',
  stage: 'dev',
  functions: [fn('ingest', null, null), fn('validate'), fn('aggregate')],
  streams: [stream('RawStream', 'shop-dev-raw'), stream('EnrichedStream', 'shop-dev-enriched')],
  mappings: [mapping('validate', 'RawStream'), mapping('aggregate', 'EnrichedStream')],
  stores: { LedgerTable: 'shop-dev-ledger', DataBucket: 'shop-data' },
  queries: [query('orders-1111'), query('visits-2222'), query('large-3333', 'stateless')],
  keys: { 'order.v1': 'store', 'visit.v1': null },
  lake: { visits: { pages: 'BIGINT', gone: 'STRING' } },
};
const known = (unread: Readonly<Record<string, Unread>> = {}, state: readonly string[] | null = null): Known => ({
  unread: new Map(Object.entries(unread)),
  state,
  drift: [],
});
const NONE: Unread = { kind: 'none' };

const reasons = (now: Deployment, knows = known()): readonly string[] =>
  comparePlans(BEFORE, now, knows).refusals.map((r) => r.reason);
const said = (now: Deployment, about: Change['about'], before: Deployment | null = BEFORE, knows = known()) =>
  Object.fromEntries(
    comparePlans(before, now, knows)
      .changes.filter((c) => c.about === about && c.action !== 'keep')
      .map((c) => [`${c.action} ${c.name}`, c.says]),
  );

describe('Kafka as the log', () => {
  const onKafka = (shards: number, run = '1'): Deployment => ({
    ...BEFORE,
    log: 'kafka',
    functions: [fn('validate', 16, run)],
    streams: [stream('RawStream', 'shop-dev-raw', shards)],
  });
  const refused = (before: Deployment, now: Deployment): readonly string[] =>
    comparePlans(before, now, known())
      .refusals.map((r) => r.reason)
      .filter((r) => r === 'changed-log' || r === 'changed-partitions');

  test.each([
    ['from Kinesis to Kafka, even in a new run', BEFORE, onKafka(4, '2'), ['changed-log']],
    ['back', onKafka(4), BEFORE, ['changed-log']],
    ['another number of partitions in a run', onKafka(4), onKafka(8), ['changed-partitions']],
    ['another number in a new run', onKafka(4), onKafka(8, '2'), []],
    ['the same', onKafka(4), onKafka(4), []],
    ['shards of Kinesis', BEFORE, { ...BEFORE, streams: [stream('RawStream', 'shop-dev-raw', 2)] }, []],
    ['a stage that left no record', { ...BEFORE, streams: [] }, onKafka(4), []],
  ])('%s', (_, before, now, reasons) => expect(refused(before, now)).toEqual(reasons));
});

const withRaw = (name: string): Deployment => ({
  ...BEFORE,
  streams: BEFORE.streams.map((s) => (s.id === 'RawStream' ? { ...s, name } : s)),
});
const withGroups = (groups: number, run = '1'): Deployment => ({
  ...BEFORE,
  functions: BEFORE.functions.map((f) => (f.groups === null ? f : { ...f, groups, run })),
});

describe('a deploy is refused', () => {
  const latest = { ...BEFORE, mappings: [mapping('validate', 'RawStream', 'LATEST'), ...BEFORE.mappings.slice(1)] };
  test.each<[string, Deployment, Known, readonly string[]]>([
    ['with a mapping at LATEST', latest, known(), ['mapping-at-latest']],
    [
      'when a replaced stream holds unread records',
      withRaw('other'),
      known({ RawStream: { kind: 'some', where: 'shard 0' } }),
      ['replaced-stream'],
    ],
    ['when nobody knows whether a replaced stream was read', withRaw('other'), known(), ['replaced-stream']],
    [
      'when a stream with unread records goes',
      { ...BEFORE, streams: BEFORE.streams.slice(1) },
      known({ RawStream: { kind: 'some', where: 'shard 0' } }),
      ['replaced-stream'],
    ],
    ['when key groups change within a run', withGroups(8), known(), ['changed-groups']],
    [
      "when a type's key changes within a run",
      { ...BEFORE, keys: { 'order.v1': 'customer', 'visit.v1': null } },
      known(),
      ['changed-keys'],
    ],
    [
      'when a column of the lake gets another type',
      { ...BEFORE, lake: { visits: { pages: 'STRING', added: 'STRING' } } },
      known(),
      ['changed-lake-type'],
    ],
    [
      'when the ledger is replaced within a run',
      { ...BEFORE, stores: { ...BEFORE.stores, LedgerTable: 'ledger-2' } },
      known(),
      ['replaced-ledger'],
    ],
  ])('%s', (_, now, knows, expected) => {
    const { refusals } = comparePlans(BEFORE, now, knows);
    expect(refusals.map((r) => r.reason)).toEqual(expected);
    for (const r of refusals) expect(r.wayOut.length).toBeGreaterThan(20);
  });

  test('a mapping at LATEST already at the first deploy', () => {
    expect(comparePlans(null, latest, known()).refusals.map((r) => r.reason)).toEqual(['mapping-at-latest']);
  });

  test('not for a reason that the user accepts, which is still told', () => {
    const plan = comparePlans(BEFORE, withGroups(8), known());
    expect(showPlan(plan, [], String).refused).toEqual(['changed-groups']);
    const shown = showPlan(plan, ['changed-groups'], String);
    expect(shown.refused).toEqual([]);
    expect(shown.text).toContain('accepted changed-groups');
  });
});

describe('a deploy passes', () => {
  test.each<[string, Deployment, Known]>([
    ['unchanged', BEFORE, known()],
    ['with other queries', { ...BEFORE, queries: [query('new-1')] }, known()],
    ['when a replaced stream was read to its end', withRaw('other'), known({ RawStream: NONE })],
    ['when key groups change with a new run', withGroups(8, '2'), known()],
    [
      'when keys change with a new run',
      { ...withGroups(4, '2'), keys: { 'order.v1': 'customer', 'visit.v1': null } },
      known(),
    ],
    [
      'with more shards of the same key groups',
      {
        ...BEFORE,
        streams: [stream('RawStream', 'shop-dev-raw', 4), stream('EnrichedStream', 'shop-dev-enriched', 4)],
      },
      known(),
    ],
    ['with a new event type', { ...BEFORE, keys: { ...BEFORE.keys, 'refund.v1': 'store' } }, known()],
    [
      'with columns of the lake that come and go',
      { ...BEFORE, lake: { visits: { pages: 'BIGINT', came: 'INT' } } },
      known(),
    ],
    ['with another mapping', { ...BEFORE, mappings: [...BEFORE.mappings, mapping('archive', 'RawStream')] }, known()],
  ])('%s', (_, now, knows) => {
    expect(reasons(now, knows)).toEqual([]);
  });
});

describe('what it says', () => {
  test('of a changed query: new state beside the old; of others that they go on', () => {
    const now = { ...BEFORE, queries: [query('orders-9999'), query('large-4444', 'stateless'), query('fresh-5555')] };
    expect(said(now, 'query')).toEqual({
      'change orders': expect.stringContaining('orders-1111 -> orders-9999: new state beside the old'),
      'change large': expect.stringContaining('without state'),
      'add fresh': expect.stringContaining('new state'),
      'remove visits': expect.stringContaining('open windows are not sent'),
    });
    expect(said(BEFORE, 'query')).toEqual({});
  });

  test('of queries by the state that is there, when no deploy was recorded', () => {
    const before = { ...BEFORE, queries: null };
    const now = { ...BEFORE, queries: [query('orders-9999'), query('visits-2222'), query('large-4444', 'stateless')] };
    expect(said(now, 'query', before, known({}, ['orders-1111', 'visits-2222', 'old_one-7']))).toEqual({
      'change orders': expect.stringContaining('beside the old'),
      'remove old_one': expect.stringContaining('old_one-7'),
    });
  });

  test('of mappings: where each begins', () => {
    const now: Deployment = {
      ...BEFORE,
      mappings: [mapping('validate', 'RawStream', 'AT_TIMESTAMP'), mapping('archive', 'RawStream')],
    };
    expect(said(now, 'mapping')).toEqual({
      'change validate <- RawStream': expect.stringContaining('reads from AT_TIMESTAMP again'),
      'add archive <- RawStream': 'reads from TRIM_HORIZON: everything of the last 24 h',
      'remove aggregate <- EnrichedStream': 'its position is forgotten',
    });
    expect(said(withRaw('other'), 'mapping')).toEqual({
      'change validate <- RawStream': expect.stringContaining('replaced with its stream'),
    });
  });

  test('of a new run: that state begins anew', () => {
    expect(said(withGroups(8, '2'), 'run')).toEqual({ 'change 2': expect.stringMatching(/^1 -> 2: new ledgers/) });
  });
});

const att = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const STACK = {
  Resources: {
    RawStream: {
      Type: 'AWS::Kinesis::Stream',
      Properties: { Name: 'shop-dev-raw', ShardCount: 2, RetentionPeriodHours: 168 },
    },
    LedgerTable: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'shop-dev-ledger' } },
    ValidateLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'shop-dev-validate', Environment: { Variables: { GROUPS: '8', RUN: '1' } } },
    },
    ValidateEventSourceMappingKinesisRawStream: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: att('ValidateLambdaFunction'),
        EventSourceArn: att('RawStream'),
        StartingPosition: 'TRIM_HORIZON',
      },
    },
    RefineEventSourceMappingSQSRefineQueue: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: att('RefineLambdaFunction'), EventSourceArn: att('RefineQueue') },
    },
  },
};

test('a deployed template gives functions, streams, mappings and stores; its queries are not known', () => {
  expect(deploymentOfStack(STACK, 'shop', 'dev')).toMatchObject({
    functions: [{ name: 'validate', groups: 8, run: '1' }],
    streams: [{ id: 'RawStream', name: 'shop-dev-raw', shards: 2, retentionHours: 168 }],
    mappings: [{ function: 'validate', stream: 'RawStream', position: 'TRIM_HORIZON', enabled: true }],
    stores: { LedgerTable: 'shop-dev-ledger' },
    queries: null,
  });
});

describe('asked of an account', () => {
  const given = () => {
    const raw = new MemoryLog('shop-dev-raw', { shards: 2 });
    const ledger = memoryTable('shop-dev-ledger');
    const account: Account = {
      template: async (stack) => (stack === 'shop-dev' ? STACK : undefined),
      mappings: async () => [{ source: 'shop-dev-raw', position: 'TRIM_HORIZON', enabled: true }],
      stream: () => memoryStream(raw),
      table: () => ledger,
    };
    return { raw, ledger, account };
  };
  const moved = withRaw('shop-dev-raw-2');
  const put = (raw: MemoryLog) => raw.put({ partitionKey: 'k', data: new Uint8Array(3) });
  const read = (ledger: ReturnType<typeof memoryTable>, shard: string, seq: string) =>
    ledger.put({ pk: `hop#1#validate/shop-dev-raw#${shard}`, sk: '-', q: padSeq(seq) });

  test('a stage without a stack has nothing deployed', async () => {
    const { account } = given();
    expect((await askAccount(account, { ...moved, stage: 'prod' })).before).toBeNull();
  });

  test('a replaced stream is unread until its readers have come to its end', async () => {
    const { raw, ledger, account } = given();
    expect((await askAccount(account, moved)).known.unread.get('RawStream')).toEqual({ kind: 'none' });
    const first = put(raw);
    const unread = async () => (await askAccount(account, moved)).known.unread.get('RawStream');
    expect(await unread()).toEqual({ kind: 'some', where: `${first.shard} holds records that validate has not read` });
    await read(ledger, first.shard, first.seq);
    expect(await unread()).toEqual({ kind: 'none' });
    const second = put(raw);
    expect((await unread())?.kind).toBe('some');
    await read(ledger, second.shard, second.seq);
    expect(await unread()).toEqual({ kind: 'none' });
  });

  test('a reader that keeps no place leaves it open whether a stream was read', async () => {
    const { raw, ledger, account } = given();
    const { seq, shard } = put(raw);
    await read(ledger, shard, seq);
    const { ValidateEventSourceMappingKinesisRawStream: mapping, ...others } = STACK.Resources;
    const publish = { ...mapping, Properties: { ...mapping.Properties, FunctionName: att('PublishLambdaFunction') } };
    const fn = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'shop-dev-publish' } };
    const template = async () => ({ Resources: { ...others, M1: mapping, M2: publish, PublishLambdaFunction: fn } });
    expect((await askAccount({ ...account, template }, moved)).known.unread.get('RawStream')).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('publish keeps no place'),
    });
  });

  test('queries come from the record of the last deploy, else from what has state', async () => {
    const { ledger, account } = given();
    await ledger.put({
      pk: 'man#1#aggregate/enriched',
      sk: '0',
      b: packJson({ cur: {}, closed: { 'orders-1111': 5 }, snap: null }),
    });
    expect((await askAccount(account, BEFORE)).known.state).toEqual(['orders-1111']);
    await recordDeployment(ledger, BEFORE, 0);
    const asked = await askAccount(account, BEFORE);
    expect(asked.known.state).toBeNull();
    expect(asked.before?.queries).toEqual(BEFORE.queries);
    expect(asked.before?.keys).toEqual(BEFORE.keys);
  });

  test('a mapping that was deleted or switched off beside the stack is told', async () => {
    const { account } = given();
    const drift = async (mappings: Account['mappings']) =>
      (await askAccount({ ...account, mappings }, BEFORE)).known.drift.map((c) => c.says);
    expect(await drift(account.mappings)).toEqual([]);
    expect(await drift(async () => [])).toEqual([expect.stringContaining('deleted beside the stack')]);
    expect(await drift(async () => [{ source: 'shop-dev-raw', position: null, enabled: false }])).toEqual([
      'is switched off beside the stack',
    ]);
  });
});
