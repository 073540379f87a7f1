// A deployed stage, as far as it can be seen without an account: what is asked of Lambda, EventBridge and CloudWatch, and what their answers mean.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployedValves } from '../../local/pause/deployed-valves.ts';
import { pause } from '../../local/pause/pause.ts';
import { resume } from '../../local/pause/resume.ts';
import { rulesOf } from '../../local/pause/rules-of.ts';
import { readPause } from '../../local/pause/state.ts';
import type { PauseDeps } from '../../local/pause/turn.ts';
import type { Deployment } from '../../local/plan/deployment.ts';
import { withEnv } from '../../local/run/ports-here.ts';
import { stageInMemory } from '../../local/stage/stage-in-memory.ts';
import { type CallerControl, callerControl } from '../../shared/aws/caller-control.ts';
import { MemoryLog } from '../../shared/memory/log.ts';
import { memoryStream } from '../../shared/memory/stream.ts';
import { checkpoints } from '../../shared/steps/checkpoint.ts';
import { days, hours, minutes } from '../../shared/time.ts';
import { AT } from './given.ts';

const FUNCTIONS = ['ingest', 'archive', 'validate', 'refine', 'write-table', 'tick'];
const deployment: Deployment = {
  version: 1,
  service: 'millrace',
  stage: 'prod',
  functions: FUNCTIONS.map((name) => ({ name, fullName: `millrace-prod-${name}`, groups: 4, run: '1' })),
  streams: [],
  mappings: [],
  stores: {},
  queries: null,
  keys: null,
};
const rule = (fn: string) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ Arn: { 'Fn::GetAtt': [`${fn}LambdaFunction`, 'Arn'] }, Id: 'x' }],
  },
});
const lambda = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { FunctionName: `millrace-prod-${name}` },
});
const stack = {
  template: async () => ({
    Resources: {
      RefineLambdaFunction: lambda('refine'),
      TickLambdaFunction: lambda('tick'),
      RefineRule: rule('Refine'),
      TickRule: rule('Tick'),
      OtherRule: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {} } },
    },
  }),
  physicalId: async (_: string, id: string) => `millrace-prod-${id}-1ABC`,
};

test('the rules that call functions, by their names in the account', async () => {
  expect(await rulesOf(stack, deployment)).toEqual([
    { function: 'refine', rule: 'millrace-prod-RefineRule-1ABC' },
    { function: 'tick', rule: 'millrace-prod-TickRule-1ABC' },
  ]);
});

const given = () => {
  let now = AT;
  const arn = (stream: string) => `arn:aws:kinesis:us-east-1:1:stream/millrace-prod-${stream}`;
  const mappings = new Map(
    [
      ['archive', arn('raw')],
      ['validate', arn('raw')],
      ['write-table', arn('refined')],
      ['refine', 'arn:aws:sqs:us-east-1:1:millrace-prod-refine-wake'],
    ].map(([fn, source], i) => [
      `u${i}`,
      { fn: `millrace-prod-${fn}`, source: source as string, state: 'Enabled', looks: 0 },
    ]),
  );
  const rules = new Set(['millrace-prod-RefineRule-1ABC', 'millrace-prod-TickRule-1ABC']);
  const ages = new Map<string, { at: number; age: number }>();
  const control: CallerControl = {
    async mappings(fn) {
      return [...mappings].flatMap(([uuid, m]) => {
        if (m.fn !== fn) return [];
        if (m.looks > 0 && --m.looks === 0) m.state = m.state === 'Disabling' ? 'Disabled' : 'Enabled';
        return [{ uuid, source: m.source, state: m.state }];
      });
    },
    async setMapping(uuid, on) {
      const m = mappings.get(uuid);
      if (m === undefined) throw new Error(uuid);
      m.state = on ? 'Enabling' : 'Disabling';
      m.looks = 3;
    },
    isRuleOn: async (name) => rules.has(name),
    setRule: async (name, on) => void (on ? rules.add(name) : rules.delete(name)),
    variable: async () => undefined,
    setVariable: async () => {},
    iteratorAge: async (fn) => ages.get(fn) ?? null,
  };
  const log = (name: string) => new MemoryLog(name, { shards: 1, clock: { now: () => now } });
  const raw = log('millrace-prod-raw');
  const [validated, enriched, refined] = ['validated', 'enriched', 'refined'].map((n) => memoryStream(log(n)));
  const stage = stageInMemory({
    kind: 'deployed',
    deployment,
    clock: { now: () => now },
    streams: { raw: memoryStream(raw), validated, enriched, refined } as never,
    pipeline: {} as never,
  });
  const wait = async (ms: number): Promise<void> => {
    now += ms;
  };
  return { stage, control, mappings, rules, ages, raw, wait, now: () => now };
};

describe('a deployed stage', () => {
  test('is held and taken up: mappings are disabled, not deleted, and waited for; ticks and archive go on', async () => {
    const g = given();
    const valves = await deployedValves(g.stage, g.wait, g.control, stack);
    const told: string[] = [];
    const deps: PauseDeps = {
      ledger: g.stage.ledger,
      clock: g.stage.clock,
      valves,
      retention: () => days(1),
      wait: g.wait,
      look: 5_000,
      tell: (text) => void told.push(text),
    };
    const done = await pause(deps, []);
    expect(done.off).toEqual(['validate<raw', 'refine<refine-wake', 'write-table<refined', 'refine<schedule']);
    expect([...g.mappings.values()].map((m) => m.state)).toEqual(['Enabled', 'Disabled', 'Disabled', 'Disabled']);
    expect([...g.rules]).toEqual(['millrace-prod-TickRule-1ABC']);
    expect(told).toContain('1 of 4 held; validate, refine, write-table still at work');
    await resume(deps, []);
    expect([...g.mappings.values()].every((m) => m.state === 'Enabled')).toBe(true);
    expect(g.rules.size).toBe(2);
  });

  test('how far a function is behind: by its own checkpoint where it keeps one, else by what Lambda tells', async () => {
    const g = given();
    const valves = await deployedValves(g.stage, g.wait, g.control, stack);
    const behind = async (id: string) => (await valves.callers(true)).find((c) => c.id === id)?.behind;
    expect(await behind('validate<raw')).toBe(0);
    const seq = g.raw.put({ partitionKey: 'a', data: Buffer.from('a') });
    g.ages.set('millrace-prod-validate', { at: g.now(), age: 7_000 });
    expect(await behind('validate<raw')).toBe(7_000);
    await checkpoints(g.stage.ledger, '1', 'validate/millrace-prod-raw').advance(
      g.raw.shards()[0]?.id ?? '',
      g.raw.lastSeq,
    );
    expect(seq).toBeDefined();
    expect(await behind('validate<raw')).toBe(0);
    // Lambda alone knows of sinks: an age grows with the time since it was told.
    g.ages.set('millrace-prod-write-table', { at: g.now() - minutes(1), age: 2_000 });
    expect(await behind('write-table<refined')).toBe(62_000);
    g.ages.set('millrace-prod-write-table', { at: g.now() - minutes(5), age: 2_000 });
    expect(await behind('write-table<refined')).toBe(0);
  });

  test('a function that Lambda says nothing of is not done while its stream holds a record', async () => {
    const g = given();
    const valves = await deployedValves(g.stage, g.wait, g.control, stack);
    const behind = async (id: string) => (await valves.callers(true)).find((c) => c.id === id)?.behind;
    g.raw.put({ partitionKey: 'a', data: Buffer.from('a') });
    expect(await behind('validate<raw')).toBeNull();
    g.ages.set('millrace-prod-validate', { at: g.now() - minutes(5), age: 2_000 });
    expect(await behind('validate<raw')).toBeNull();
  });

  test('what stays held for a day loses its records a day after it was held, however silent it is', async () => {
    const g = given();
    const valves = await deployedValves(g.stage, g.wait, g.control, stack);
    const { ledger, clock } = g.stage;
    const deps = { ledger, clock, valves, retention: () => days(1), wait: g.wait, look: 5_000, tell: () => {} };
    await pause(deps, ['validate', 'write-table']);
    g.raw.put({ partitionKey: 'a', data: Buffer.from('a') });
    await g.wait(hours(20));
    await resume(deps, ['validate']);
    const { pause: left } = await readPause(ledger);
    expect(left).toMatchObject({ lostAt: AT + days(1), lostWhere: 'refined, unread by write-table' });
  });
});

describe('what is asked of the account', () => {
  const asked: { method: string; path: string; target: string; body: string }[] = [];
  let variables: Record<string, string> = { RAW_STREAM: 'raw' };
  let [updates, revision, losesAnswer] = [0, 1, false];
  const account = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const target = String(request.headers['x-amz-target'] ?? '');
      asked.push({ method, path: url, target, body });
      response.setHeader('content-type', 'application/json');
      if (url.includes('event-source-mappings') && method === 'GET') {
        const second = url.includes('Marker=two');
        const mapping = {
          UUID: second ? 'u2' : 'u1',
          EventSourceArn: 'arn:aws:kinesis:r:1:stream/raw',
          State: 'Enabled',
        };
        response.end(JSON.stringify({ EventSourceMappings: [mapping], ...(second ? {} : { NextMarker: 'two' }) }));
      } else if (url.includes('/configuration') && method === 'PUT') {
        const update = JSON.parse(body) as { RevisionId: string; Environment: { Variables: typeof variables } };
        if (update.RevisionId !== `r${revision}`) {
          response.writeHead(412, { 'x-amzn-errortype': 'PreconditionFailedException' }).end('{"message":"changed"}');
          return;
        }
        variables = update.Environment.Variables;
        updates = 2;
        revision++;
        if (losesAnswer) request.socket.destroy();
        else response.end('{}');
        losesAnswer = false;
      } else if (url.includes('/configuration')) {
        const LastUpdateStatus = updates-- > 0 ? 'InProgress' : 'Successful';
        response.end(
          JSON.stringify({ Environment: { Variables: variables }, RevisionId: `r${revision}`, LastUpdateStatus }),
        );
      } else if (target.endsWith('DescribeRule')) response.end('{"State":"DISABLED"}');
      else response.end('{}');
    });
  });
  let control: CallerControl;
  beforeAll(async () => {
    await new Promise<void>((done) => account.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(account.address() as AddressInfo).port}`;
    const env = { AWS_ENDPOINT_URL: url, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
    control = withEnv(env, () => callerControl(async () => {}));
  });
  afterAll(() => void account.close());

  test('mappings, page by page; one is disabled by its id, with no other field of it', async () => {
    expect((await control.mappings('f')).map((m) => m.uuid)).toEqual(['u1', 'u2']);
    await control.setMapping('u1', false);
    const { method, path, body } = asked.at(-1) ?? { method: '', path: '', body: '' };
    expect([
      method,
      path
        .split('/')
        .filter((p) => p !== '')
        .at(-1),
      JSON.parse(body),
    ]).toEqual(['PUT', 'u1', { Enabled: false }]);
  });
  test('a rule', async () => {
    expect(await control.isRuleOn('r')).toBe(false);
    await control.setRule('r', true);
    expect(asked.at(-1)).toMatchObject({ target: 'AWSEvents.EnableRule', body: '{"Name":"r"}' });
    await control.setRule('r', false);
    expect(asked.at(-1)).toMatchObject({ target: 'AWSEvents.DisableRule', body: '{"Name":"r"}' });
  });
  test('a setting beside the others, awaited until it holds', async () => {
    await control.setVariable('ingest', 'INTAKE', 'closed');
    expect(variables).toEqual({ RAW_STREAM: 'raw', INTAKE: 'closed' });
    expect(updates).toBeLessThan(1);
    expect(await control.variable('ingest', 'INTAKE')).toBe('closed');
  });
  test('a setting whose answer was lost is no change of somebody else', async () => {
    losesAnswer = true;
    await control.setVariable('ingest', 'INTAKE', 'open');
    expect(losesAnswer).toBe(false);
    expect(variables).toEqual({ RAW_STREAM: 'raw', INTAKE: 'open' });
  });
});
