// Our table service answers as dynalite does to whatever our code sends: the same calls go to both, one after the other.
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalDynamo, startDynamo } from '../../local/services/dynamo.ts';

let own: LocalDynamo;
let dynalite: LocalDynamo;
let tables = 0;

beforeAll(async () => {
  [own, dynalite] = await Promise.all([startDynamo({ engine: 'own' }), startDynamo({ engine: 'dynalite' })]);
});
afterAll(async () => {
  await Promise.all([own.close(), dynalite.close()]);
});

type Answer = { readonly refused?: string; readonly [field: string]: unknown };
type Call = readonly [operation: string, body: Record<string, unknown>];

/** The answer, or the name of the error with the item in the way; messages are each service's own. */
const ask = async (service: LocalDynamo, [operation, body]: Call): Promise<Answer> => {
  try {
    return (await service.call(operation, body)) as Answer;
  } catch (error) {
    const { __type, Item } = JSON.parse((error as Error).message.replace(/^\w+: /, '')) as Record<string, unknown>;
    return { refused: String(__type).replace(/^.*#/, ''), ...(Item !== undefined && { Item }) };
  }
};

const KEYS = ['pk', 'sk'];
const create = (TableName: string): Call => [
  'CreateTable',
  {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: KEYS.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: KEYS.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
  },
];
const freshTable = async (): Promise<string> => {
  const name = `table-${++tables}`;
  await Promise.all([own, dynalite].map((s) => ask(s, create(name))));
  // dynalite's new table is there a moment after its making.
  const look: Call = ['GetItem', { TableName: name, Key: { pk: { S: 'p' }, sk: { S: 's' } } }];
  while ((await ask(dynalite, look)).refused !== undefined);
  return name;
};

type Page = Answer & { readonly Items?: readonly object[]; readonly Responses?: Record<string, readonly object[]> };
const sorted = (items: readonly object[]): readonly string[] => items.map((i) => JSON.stringify(i)).sort();
/** What is in no order on either side is put into one; a field that says nothing is left out. */
const comparable = ([operation]: Call, answer: Page): unknown => {
  const { Responses, Items, ConsumedCapacity, ...rest } = answer;
  const items = operation === 'Scan' && Items ? sorted(Items) : Items;
  return JSON.parse(
    JSON.stringify({
      ...rest,
      Items: items,
      ConsumedCapacity,
      Responses: Responses && Object.values(Responses).map(sorted),
    }),
  );
};

const same = async (call: Call): Promise<void> => {
  const [ours, theirs] = [await ask(own, call), await ask(dynalite, call)];
  expect(comparable(call, ours), JSON.stringify(call)).toEqual(comparable(call, theirs));
};

const pk = fc.constantFrom('a', 'b', 'led#1#aggregate/enriched#shardId-0');
const sk = fc.constantFrom('-', 'e#000000000001', 'e#000000000002', 'e#000000000010', 'floor', 'zürich');
const key = fc.record({ pk: pk.map((S) => ({ S })), sk: sk.map((S) => ({ S })) });
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }).map(String),
  fc.constantFrom('0', '-0.0', '1e-7', '0.1', '10', '9', '9007199254740993', '9007199254740992', '1e2', '100'),
);
const scalar = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', '9', '10').map((S) => ({ S })),
  number.map((N) => ({ N })),
  fc.uint8Array({ maxLength: 9, minLength: 1 }).map((b) => ({ B: Buffer.from(b).toString('base64') })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.nat(5_000).map((n) => ({ S: 'x'.repeat(n) })),
);
const ordered = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', '9', '10').map((S) => ({ S })),
  number.map((N) => ({ N })),
);
const fields = fc.dictionary(fc.constantFrom('v', 'w', 'row'), scalar, { maxKeys: 3 });

/** The conditions of shared/aws/items.ts, and some around them. */
const condition = fc.oneof(
  fc.constant({}),
  fc.constant({ ConditionExpression: 'attribute_not_exists(pk)' }),
  fc
    .tuple(
      ordered,
      fc.constantFrom(
        'attribute_not_exists(#when) OR #when < :when',
        '#when = :when',
        '#when <> :when AND attribute_exists(#when)',
        'NOT (#when >= :when)',
        '#when > :when or (#when <= :when and attribute_exists (pk))',
      ),
    )
    .map(([value, ConditionExpression]) => ({
      ConditionExpression,
      ExpressionAttributeNames: { '#when': 'v' },
      ExpressionAttributeValues: { ':when': value },
    })),
);
const COUNTED = { ReturnConsumedCapacity: 'TOTAL' };
const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

type Body = Record<string, unknown>;
const write = fc.oneof(
  fc
    .record({ operation: fc.constant('PutItem'), key, fields, condition })
    .map(
      ({ operation, key: k, fields: f, condition: c }): Call => [operation, { Item: { ...f, ...k }, ...c, ...ALL_OLD }],
    ),
  fc.record({ key, fields, condition }).map(({ key: Key, fields: f, condition: c }): Call => {
    const all = Object.entries(f);
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {}, ...rest } = c as Record<string, Body>;
    const names = { ...ExpressionAttributeNames, ...Object.fromEntries(all.map(([n], i) => [`#f${i}`, n])) };
    const values = { ...ExpressionAttributeValues, ...Object.fromEntries(all.map(([, v], i) => [`:f${i}`, v])) };
    return [
      'UpdateItem',
      {
        Key,
        ...rest,
        ...ALL_OLD,
        ...(all.length > 0 && { UpdateExpression: `SET ${all.map((_, i) => `#f${i} = :f${i}`).join(', ')}` }),
        ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
      },
    ];
  }),
  fc.record({ key, condition }).map(({ key: Key, condition: c }): Call => ['DeleteItem', { Key, ...c }]),
);
const sortRange = fc.oneof(
  fc.constant({ text: '', values: {} }),
  fc.tuple(sk, fc.constantFrom('>', '>=', '<', '<=', '=')).map(([S, by]) => ({
    text: ` AND sk ${by} :k`,
    values: { ':k': { S } },
  })),
  fc.constantFrom('e#', 'e#00000000000', 'zü').map((S) => ({
    text: ' AND begins_with(sk, :k)',
    values: { ':k': { S } },
  })),
  fc.tuple(sk, sk).map(([a, b]) => {
    const [low, high] = [a, b].sort();
    return { text: ' AND sk BETWEEN :k AND :l', values: { ':k': { S: low }, ':l': { S: high } } };
  }),
);
const read = fc.oneof(
  key.map((Key): Call => ['GetItem', { Key, ConsistentRead: true }]),
  key.map((Key): Call => ['GetItem', { Key }]),
  fc
    .record({
      pk,
      sortRange,
      newest: fc.boolean(),
      limit: fc.option(fc.integer({ min: 1, max: 4 })),
      more: fc.option(sk),
    })
    .map(
      ({ pk: S, sortRange: r, newest, limit, more }): Call => [
        'Query',
        {
          KeyConditionExpression: `pk = :pk${r.text}`,
          ExpressionAttributeValues: { ':pk': { S }, ...r.values },
          ScanIndexForward: !newest,
          ConsistentRead: true,
          ...(limit !== null && { Limit: limit }),
          ...(more !== null && r.text === '' && { ExclusiveStartKey: { pk: { S }, sk: { S: more } } }),
        },
      ],
    ),
  pk.map(
    (S): Call => [
      'Scan',
      {
        // dynalite counts a consistent scan as half of what it costs.
        FilterExpression: 'begins_with(pk, :p)',
        ExpressionAttributeValues: { ':p': { S: S.slice(0, 4) } },
      },
    ],
  ),
);

test('any writes and reads of ours are answered as dynalite answers them: items, conditions, the item in the way, units', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(write, write, read), { minLength: 5, maxLength: 40 }), async (calls) => {
      const TableName = await freshTable();
      for (const [operation, body] of calls) await same([operation, { TableName, ...body, ...COUNTED }]);
      await same(['Scan', { TableName, ...COUNTED }]);
    }),
    { numRuns: 60 },
  );
});

test('batches are written and read as dynalite does', async () => {
  const puts = fc.uniqueArray(fc.record({ key, fields }), {
    selector: (i) => JSON.stringify(i.key),
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(puts, fc.uniqueArray(key, { selector: JSON.stringify, minLength: 1 }), async (items, keys) => {
      const name = await freshTable();
      const Put = items.map(({ key: k, fields: f }) => ({ PutRequest: { Item: { ...f, ...k } } }));
      await same(['BatchWriteItem', { RequestItems: { [name]: Put }, ...COUNTED }]);
      await same(['BatchGetItem', { RequestItems: { [name]: { Keys: keys, ConsistentRead: true } }, ...COUNTED }]);
    }),
    { numRuns: 20 },
  );
});

describe('what neither takes', () => {
  const item = { pk: { S: 'p' }, sk: { S: 's' } };
  test.each<[string, Call]>([
    ['a table that is not there', ['GetItem', { TableName: 'nowhere', Key: item }]],
    ['an item without its sort key', ['PutItem', { Item: { pk: { S: 'p' } } }]],
    ['an empty key', ['PutItem', { Item: { pk: { S: '' }, sk: { S: 's' } } }]],
    ['a key of another type', ['PutItem', { Item: { pk: { N: '1' }, sk: { S: 's' } } }]],
    ['a key with more', ['GetItem', { Key: { ...item, v: { S: 'x' } } }]],
    ['a number that is none', ['PutItem', { Item: { ...item, v: { N: 'many' } } }]],
    ['a number of 39 digits', ['PutItem', { Item: { ...item, v: { N: '1'.repeat(39) } } }]],
    ['an item above 400 KB', ['PutItem', { Item: { ...item, v: { S: 'x'.repeat(400 * 1024) } } }]],
    [
      'a name that no expression uses',
      ['PutItem', { Item: item, ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeNames: { '#v': 'v' } }],
    ],
    [
      'a value that no expression uses',
      [
        'PutItem',
        { Item: item, ConditionExpression: 'attribute_exists(pk)', ExpressionAttributeValues: { ':v': { S: 'v' } } },
      ],
    ],
    ['a value that is not given', ['PutItem', { Item: item, ConditionExpression: 'v = :v' }]],
    [
      'a condition that cannot be read',
      ['PutItem', { Item: item, ConditionExpression: 'v = = :v', ExpressionAttributeValues: { ':v': { S: 'v' } } }],
    ],
    [
      'a change of the key',
      ['UpdateItem', { Key: item, UpdateExpression: 'SET sk = :v', ExpressionAttributeValues: { ':v': { S: 'v' } } }],
    ],
    [
      'a query without the partition',
      ['Query', { KeyConditionExpression: 'sk = :v', ExpressionAttributeValues: { ':v': { S: 'v' } } }],
    ],
    [
      'a query by a range of partitions',
      ['Query', { KeyConditionExpression: 'pk > :v', ExpressionAttributeValues: { ':v': { S: 'v' } } }],
    ],
    [
      'a batch that names a key twice',
      ['BatchWriteItem', { RequestItems: { T: [{ PutRequest: { Item: item } }, { PutRequest: { Item: item } }] } }],
    ],
    [
      '26 writes',
      [
        'BatchWriteItem',
        {
          RequestItems: {
            T: Array.from({ length: 26 }, (_, i) => ({ PutRequest: { Item: { ...item, sk: { S: `${i}` } } } })),
          },
        },
      ],
    ],
  ])('%s', async (_, [operation, body]) => {
    const TableName = await freshTable();
    const { RequestItems } = body as { readonly RequestItems?: { readonly T: unknown } };
    const call: Call = [
      operation,
      RequestItems === undefined ? { TableName, ...body } : { RequestItems: { [TableName]: RequestItems.T } },
    ];
    expect((await ask(own, call)).refused).toBeDefined();
    await same(call);
  });
});

describe('what our service refuses and dynalite takes is named, with the way out', () => {
  const Key = { pk: { S: 'p' }, sk: { S: 's' } };
  const values = { ExpressionAttributeValues: { ':v': { N: '1' } } };
  test.each<[string, Call, RegExp]>([
    ['another operation', ['DescribeLimits', {}], /DescribeLimits is not among .*MILLRACE_TABLE=dynalite/],
    ['a projection', ['GetItem', { Key, ProjectionExpression: 'v' }], /ProjectionExpression of GetItem .*dynalite/],
    ['arithmetic', ['UpdateItem', { Key, UpdateExpression: 'SET v = :v + :v', ...values }], /arithmetic .*dynalite/],
    ['a counter', ['UpdateItem', { Key, UpdateExpression: 'ADD v :v', ...values }], /ADD in an update .*dynalite/],
    ['a path', ['PutItem', { Item: Key, ConditionExpression: 'a.b = :v', ...values }], /path into a map .*dynalite/],
    [
      'a function',
      ['PutItem', { Item: Key, ConditionExpression: 'size(v) = :v', ...values }],
      /function size .*dynalite/,
    ],
  ])('%s', async (_, [operation, body], message) => {
    const TableName = await freshTable();
    await expect(own.call(operation, { TableName, ...body })).rejects.toThrow(message);
  });
});

test('pages of a query and of a scan end at 1 MiB and go on behind their last key, each item once', async () => {
  const TableName = await freshTable();
  for (let i = 0; i < 12; i++) {
    const Item = { pk: { S: `p${i % 2}` }, sk: { S: `s${i}` }, v: { S: 'x'.repeat(300_000) } };
    await own.call('PutItem', { TableName, Item });
  }
  type Pages = {
    readonly Items: readonly { readonly sk: { readonly S: string } }[];
    readonly LastEvaluatedKey?: object;
  };
  const whole = async (operation: string, body: object): Promise<readonly string[]> => {
    const seen: string[] = [];
    for (let from: object = {}, pages = 1; ; pages++) {
      const page = (await own.call(operation, { TableName, ...body, ...from })) as Pages;
      seen.push(...page.Items.map((i) => i.sk.S));
      if (page.LastEvaluatedKey === undefined) {
        expect(pages).toBeGreaterThan(1);
        return seen;
      }
      from = { ExclusiveStartKey: page.LastEvaluatedKey };
    }
  };
  const mine = { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'p0' } } };
  expect(await whole('Query', mine)).toEqual(['s0', 's10', 's2', 's4', 's6', 's8']);
  expect(await whole('Query', { ...mine, ScanIndexForward: false })).toEqual(['s8', 's6', 's4', 's2', 's10', 's0']);
  expect((await whole('Scan', {})).toSorted()).toEqual(Array.from({ length: 12 }, (_, i) => `s${i}`).sort());
});
