// Every call that a function makes is judged by its own role, as IAM would judge it; and every role is held against the calls.
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULTS, generate } from '../../local/generate/generate.ts';
import { startHere } from '../../local/run/here.ts';
import { inputEvents } from '../../local/run/input.ts';
import { endOfInput, load } from '../../local/run/load.ts';
import { loadPipeline, loadReferences } from '../../local/run/load-pipeline.ts';
import { play } from '../../local/run/play.ts';
import type { Call } from '../../local/services/hooks.ts';
import { type Asked, askedOf, may } from '../../local/template/may.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { UNKNOWN } from '../../local/template/roles.ts';
import type { RoleTemplate, Template } from '../../local/template/template.ts';
import { stretchesOf } from '../../shared/steps/verify/sample.ts';
import { END_OF_TIME, minutes } from '../../shared/time.ts';
import { ON_ANYTHING } from '../template/on-anything.ts';

const WORD = 'word-of-a-payload';
const root = resolve(import.meta.dirname, '../..');
const EVERYTHING = {
  key: 'own',
  consumers: 'fan-out',
  door: 'keys',
  deaggregate: 'refined',
  warehouse: 'vpc',
  subnets: 'subnet-1,subnet-2',
  securityGroups: 'sg-1',
  warehouseSecret: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:warehouse-a1b2c3',
  search: 'on',
  publish: 'on',
  webhooks: 'on',
  topics: 'vpc',
  webhookSecret: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:webhooks-a1b2c3',
  firehose: 'on',
  scale: 'on',
};
const all = readTemplate({ root, stage: 'prod', params: EVERYTHING, env: {} });
const roleOf = (template: Template, fn: string): RoleTemplate => {
  const id = template.functions.find((f) => f.name === fn)?.role;
  const role = template.roles.find((r) => r.logicalId === id);
  if (role === undefined) throw new Error(`${fn} has no role`);
  return role;
};

/** Resources of a statement that end in `*`: AWS has no narrower name for them. */
const WILDCARDS: readonly (readonly [RegExp, string])[] = [
  [/^arn:aws:logs:[^*]+:\*$/, 'the streams of one log group, which Lambda names'],
  [/^arn:aws:s3:::[^*]+\/[^*]+\/\*$/, 'objects below one prefix: their names hold positions and hashes'],
  [/^arn:aws:glue:[^*]+:table\/[^*]+\/\*$/, 'tables of one database: the pipeline names them'],
];

describe('roles', () => {
  test('each function has one of its own, and none of the framework', () => {
    const ids = all.functions.map((f) => f.role);
    expect(new Set(ids).size).toBe(all.functions.length);
    // Services that feed raw by themselves, where a parameter asks for them, have theirs.
    const feeds = ['IotFeedRole', 'LogFeedRole', 'EventFeedRole', 'QueueFeedRole'];
    expect(all.roles.map((r) => r.logicalId).toSorted()).toEqual([...ids, ...feeds].toSorted());
  });

  test('no action is a wildcard, and no resource beyond those that AWS has no name for', () => {
    const wide = all.roles.flatMap((role) =>
      role.statements.flatMap((s) => [
        ...s.actions.filter((a) => /[*?]/.test(a)),
        ...s.resources.filter(
          (r) =>
            r.startsWith(UNKNOWN) ||
            (/[*?]/.test(r) &&
              !WILDCARDS.some(([known]) => known.test(r)) &&
              !(r === '*' && s.actions.every((a) => a in ON_ANYTHING))),
        ),
      ]),
    );
    expect(wide).toEqual([]);
  });

  test('each writes to its own log group', () => {
    for (const f of all.functions) {
      const [log, ...more] = roleOf(all, f.name).statements.filter((s) => s.actions.some((a) => a.startsWith('logs:')));
      const id = f.name.replace(/-/g, 'Dash').replace(/^./, (c) => c.toUpperCase());
      expect([f.name, log?.resources.map((r) => r.split(':')[6]), more]).toEqual([f.name, [id], []]);
    }
  });

  test('a mapping can read its stream and its queue, and tell the tripwire', () => {
    for (const f of all.functions)
      for (const trigger of f.triggers) {
        const arn =
          trigger.kind === 'stream' ? `:stream/${trigger.stream}` : trigger.kind === 'queue' ? `:${trigger.queue}` : '';
        if (arn === '') continue;
        const actions =
          trigger.kind === 'stream'
            ? ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'].map(
                (a) => `kinesis:${a}`,
              )
            : ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'].map(
                (a) => `sqs:${a}`,
              );
        const service = trigger.kind === 'stream' ? 'kinesis' : 'sqs';
        for (const action of actions)
          expect([
            f.name,
            action,
            may(roleOf(all, f.name), { action, resource: `arn:aws:${service}:us-east-1:000000000000${arn}` }),
          ]).toEqual([f.name, action, true]);
        if (trigger.kind === 'stream')
          expect(
            may(roleOf(all, f.name), {
              action: 'sqs:SendMessage',
              resource: 'arn:aws:sqs:us-east-1:000000000000:millrace-prod-tripwire',
            }),
          ).toBe(true);
      }
  });

  test('with a key of the stage each may use it for what it reads and writes', () => {
    for (const f of all.functions) {
      const actions = roleOf(all, f.name)
        .statements.filter((s) => s.resources.some((r) => r.includes(':kms:')))
        .flatMap((s) => s.actions);
      const tables = roleOf(all, f.name).statements.some((s) => s.actions.some((a) => a.startsWith('dynamodb:')));
      const does = (what: RegExp): boolean =>
        roleOf(all, f.name).statements.some((s) =>
          s.actions.some((a) => s.resources.some((r) => what.test(`${a} ${r}`))),
        );
      const reads = does(/GetRecords|ReceiveMessage|GetObject|GetSecretValue .*millrace-prod-api-keys/);
      const writes = does(/kinesis:PutRecords|s3:PutObject|sqs:SendMessage/);
      expect([f.name, actions]).toEqual([
        f.name,
        expect.arrayContaining([
          ...(writes ? ['kms:GenerateDataKey'] : []),
          ...(reads ? ['kms:Decrypt'] : []),
          ...(tables ? ['kms:Encrypt', 'kms:DescribeKey'] : []),
        ]),
      ]);
    }
    for (const role of readTemplate({ root, env: {} }).roles)
      expect(role.statements.flatMap((s) => s.actions).filter((a) => a.startsWith('kms:'))).toEqual([]);
  });
});

describe('the calls of a run', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-roles-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  /** By function. */
  const made = new Map<string, Asked[]>();
  const denied: string[] = [];
  let answer: unknown;
  const logged: string[] = [];

  beforeAll(async () => {
    const params = { deaggregate: 'refined', door: 'keys' };
    const template = readTemplate({ root, params, env: {} });
    const before = (call: Call) => {
      const [fn = '', copy] = call.caller.split('#');
      if (copy === undefined) return 'pass' as const;
      for (const asked of askedOf(call, 'us-east-1')) {
        made.set(fn, [...(made.get(fn) ?? []), asked]);
        if (may(roleOf(template, fn), asked)) continue;
        denied.push(`${fn}: ${asked.action} on ${asked.resource}`); // and let pass, so that all are found
      }
      return 'pass' as const;
    };
    const { compiled, path, pipeline } = await loadPipeline(join(root, 'pipeline'), root);
    const here = await startHere({ root, params, keepAll: true, hooks: { before } });
    const file = join(dir, 'in.ndjson');
    // Words that nobody may find in a log: in an event that is too late, of no type, of a wrong shape, and in what is no event.
    const order = {
      order_id: WORD,
      visitor: WORD,
      store: 'oslo',
      sku: 'mug-01',
      quantity: 1,
      total: 1,
      ordered_at: '2026-01-05T00:00:00Z',
    };
    const late = {
      specversion: '1.0',
      id: 'late',
      source: '/s',
      type: 'order.v1',
      time: '2026-01-05T00:00:00Z',
      data: order,
    };
    const odd = [
      { ...late, type: WORD },
      { ...late, data: { [WORD]: WORD } },
      { ...late, time: WORD },
      { plain: 1, [WORD]: 2 },
    ];
    const broken = [
      WORD,
      `{"data":"${WORD}`,
      `{"specversion":"1.0","id":${WORD}`,
      JSON.stringify(late).replace('quantity":1', `quantity":"${WORD}"`),
    ];
    const events = [...generate({ kind: 'shop', seed: 3, events: 1_500, rate: 2, malformed: 0.02, disorder: 600_000 })];
    events.push(...broken, ...[late, ...odd].map((e) => JSON.stringify(e)));
    writeFileSync(file, events.join('\n'));
    try {
      await loadReferences(here, compiled);
      const raw = here.stream('RawStream');
      const lines = inputEvents({ path: file, table: null, type: null }, pipeline, Date.parse('2026-02-01T00:00:00Z'), {
        untyped: 0,
      });
      const { arrival } = await load(raw, lines, Date.parse('2026-02-01T00:00:00Z'));
      const player = play({ here, root, pipeline: path, faults: null, log: ({ text }) => void logged.push(text) });
      here.secrets.put(
        'millrace-dev-api-keys',
        JSON.stringify({ keys: [{ id: 'k', sha256: hash('sha256', 'a-key') }] }),
      );
      const http = (body: string, headers: object) =>
        player.pools.get('ingest')?.invoke({ ...sent, headers: { ...sent.headers, ...headers }, body });
      const sent = JSON.parse(readFileSync(join(root, 'events/ingest.json'), 'utf8'));
      answer = await player.pools
        .get('ingest')
        ?.invoke({ ...sent, headers: { ...sent.headers, 'x-api-key': 'a-key' } });
      await http(`{"${WORD}`, { 'x-api-key': 'a-key', 'content-type': 'application/json' });
      await http(WORD, { 'x-api-key': WORD });
      await player.pools.get('tick')?.invoke({});
      const books = () => player.pools.get('check-books')?.invoke({ time: '2026-02-01T00:00:00Z' });
      await books(); // notes where it begins
      endOfInput(raw, arrival, END_OF_TIME);
      player.start(false);
      await player.drain(() => {});
      await books();
      // A day whose sample has a window in which there were orders.
      const day = Array.from({ length: 6 * 24 * 60 }, (_, i) => DEFAULTS.start + minutes(i)).find((at) =>
        stretchesOf(pipeline.plan, at).some(
          ({ from, to }) => from >= DEFAULTS.start + minutes(1) && to < DEFAULTS.start + minutes(10),
        ),
      );
      await player.pools.get('verify-sample')?.invoke({ time: new Date(day ?? 0).toISOString() });
      await player.stop();
    } finally {
      await here.close();
    }
  });

  test('none is denied', () => expect([...new Set(denied)]).toEqual([]));

  test('no log line holds a word of an event, or of a key', () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.filter((l) => l.includes(WORD) || l.includes('a-key'))).toEqual([]);
  });

  test('ingest read the keys and took the events', () =>
    expect(answer).toMatchObject({ kind: 'returned', value: { statusCode: 207 } }));

  /** What a role allows and this run does not need, with what needs it. */
  const RARE: readonly (readonly [RegExp, string])[] = [
    [/^roll-up-lake s3:PutObject .*compacted/, 'rows of a partition that was compacted, or is just now'],
    [/ s3:PutObject .*\/rejected\//, 'an event that fails there'],
    [/ s3:ListBucket /, 'without it a missing object is answered 403, not 404'],
    [/ dynamodb:BatchGetItem .*-reference$/, 'a query that looks rows up'],
    [/^aggregate(-again)? dynamodb:UpdateItem /, 'a batch without an event of a query moves its checkpoint only'],
    [/-again s3:(Get|Put)Object millrace-dev-data\/1\//, 'windows over windows too large for an item'],
    [/^check-books s3:GetObject /, 'rows of an hour in which all arrived, and of a decision that is still being sent'],
    [/^verify-sample s3:GetObject millrace-dev-data\/1\//, 'a decision that is still being sent'],
    [/^refine-again s3:PutObject .*\/late\//, 'rows too late for a window over windows'],
  ];

  test('every action that a role allows is made, or is known for its rare cause', () => {
    const dev = readTemplate({ root, params: { deaggregate: 'refined', door: 'keys' }, env: {} });
    const mappings =
      /^kinesis:(DescribeStream|DescribeStreamSummary|GetRecords|GetShardIterator|ListShards)$|^sqs:(ChangeMessageVisibility|DeleteMessage|GetQueueAttributes|ReceiveMessage)$|^logs:/;
    const idle = dev.functions.flatMap((f) =>
      roleOf(dev, f.name).statements.flatMap((s) =>
        s.actions.flatMap((action) =>
          s.resources
            .filter((r) => !(mappings.test(action) || (action === 'sqs:SendMessage' && r.endsWith('-tripwire'))))
            .filter(
              (r) =>
                !(made.get(f.name) ?? []).some(
                  (a) =>
                    a.action === action &&
                    (a.resource === null ||
                      may(
                        {
                          logicalId: '',
                          statements: [{ effect: 'Allow', actions: [action], resources: [r], condition: null }],
                        },
                        a,
                      )),
                ),
            )
            .map((r) => `${f.name} ${action} ${r.replace(/^(?:[^:]*:){5}/, '')}`),
        ),
      ),
    );
    expect(idle.filter((i) => !RARE.some(([known]) => known.test(i)))).toEqual([]);
  });
});
