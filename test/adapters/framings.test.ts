// Values behind the headers of schema registries: opened by their writer's schema, or rejected alone.
import { deflateSync } from 'node:zlib';
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adaptBy } from '../../shared/adapters/adapt.ts';
import type { Json } from '../../shared/event/cloud-event.ts';
import { stringifyJson } from '../../shared/event/json.ts';
import { Fault } from '../../shared/faults.ts';
import { avroReader } from '../../shared/framings/avro.ts';
import { readFrame } from '../../shared/framings/frame.ts';
import { type FetchSchema, framesOf, type WriterSchema } from '../../shared/framings/frames.ts';
import type { Source } from '../../shared/pipeline.ts';
import { AT, source } from './given.ts';
import * as samples from './samples.ts';

const UUID = 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
const glue = (payload: Uint8Array, zlib = false, id = UUID): Buffer =>
  Buffer.concat([
    Buffer.from([3, zlib ? 5 : 0]),
    Buffer.from(id.replaceAll('-', ''), 'hex'),
    zlib ? deflateSync(payload) : payload,
  ]);
const confluent = (payload: Uint8Array, id = 7): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, payload]);
};

const ORDER = {
  type: 'record',
  name: 'Order',
  namespace: 'com.acme',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'] },
    { name: 'state', type: { type: 'enum', name: 'State', symbols: ['NEW', 'PAID'] } },
  ],
};
const order = avsc.Type.forSchema(ORDER as avsc.Schema).toBuffer({ id: 7, note: 'gift', state: 'PAID' });
const SCHEMAS: Readonly<Record<string, WriterSchema>> = {
  [UUID]: { format: 'AVRO', text: JSON.stringify(ORDER), references: [] },
  '7': { format: 'AVRO', text: JSON.stringify(ORDER), references: [] },
  '8': { format: 'JSON', text: '{}', references: [] },
  '9': { format: 'PROTOBUF', text: '', references: [] },
  '10': { format: 'AVRO', text: '{"type":"record"}', references: [] },
  '11': { format: 'AVRO', text: '["null","com.acme.Order"]', references: [JSON.stringify(ORDER)] },
};

const GLUE = source('plain', {
  name: 'orders',
  types: ['order.v1'],
  framing: { kind: 'glue', registry: null, secret: null },
});
const CONFLUENT = source('plain', {
  name: 'orders',
  types: ['order.v1'],
  framing: { kind: 'confluent', registry: 'http://r', secret: null },
});

const opening = (
  sources: readonly Source[],
  fetch: FetchSchema = async (id) => SCHEMAS[id] ?? null,
  now = () => AT,
) => {
  const asked: string[] = [];
  const frames = framesOf(
    sources,
    () => async (id) => {
      asked.push(id);
      return fetch(id);
    },
    { now },
  );
  const open = async (...records: readonly Uint8Array[]) => {
    const users = records.map((bytes, index) => ({ index, partitionKey: 'k', bytes }));
    const out = adaptBy(sources)?.(users, AT, await frames(users));
    if (!out?.ok) throw new Error('refused whole');
    return out.events.map(({ user, refused, from }) =>
      refused
        ? `${refused.rule}: ${refused.cause}`
        : from
          ? JSON.parse(Buffer.from(user.bytes).toString())
          : 'untouched',
    );
  };
  return { open, asked };
};
const PLAIN = { plain: 1, type: 'order.v1', source: '/framed/orders', data: { id: 7, note: 'gift', state: 'PAID' } };

describe('a framed value is data of the source’s type', () => {
  test.each<[string, Source, Buffer]>([
    ['Glue, Avro', GLUE, glue(order)],
    ['Glue, Avro, zlib', GLUE, glue(order, true)],
    ['Confluent, Avro', CONFLUENT, confluent(order)],
    ['Confluent, JSON Schema', CONFLUENT, confluent(Buffer.from(JSON.stringify(PLAIN.data)), 8)],
    ['Confluent, a schema that refers to another', CONFLUENT, confluent(Buffer.concat([Buffer.from([2]), order]), 11)],
  ])('%s', async (_, by, record) => expect(await opening([by]).open(record)).toEqual([PLAIN]));

  test('a CloudEvent inside goes on as it is', async () => {
    const event = { specversion: '1.0', id: '1', source: '/s', type: 'order.v1' };
    expect(await opening([CONFLUENT]).open(confluent(Buffer.from(JSON.stringify(event)), 8))).toEqual([event]);
  });

  test('Debezium’s envelope is read by its adapter', async () => {
    const by = source('debezium', {
      name: 'ledger',
      tables: { '*': 'change.v1' },
      framing: CONFLUENT.framing as NonNullable<Source['framing']>,
    });
    const { payload } = samples.DEBEZIUM as { payload: Json };
    const [change] = await opening([by]).open(confluent(Buffer.from(stringifyJson(payload)), 8));
    expect(change).toMatchObject({ type: 'change.v1', data: { op: 'update', table: 'public.orders' } });
  });

  test('the writer’s schema is fetched once', async () => {
    const { open, asked } = opening([CONFLUENT]);
    await open(confluent(order), confluent(order));
    await open(confluent(order));
    expect(asked).toEqual(['7']);
  });
});

describe('what cannot be opened leaves alone', () => {
  test.each<[string, Source, Buffer, string]>([
    [
      'an id that the registry does not have',
      CONFLUENT,
      confluent(order, 6),
      'framing.unknown-schema: the registry has no schema 6',
    ],
    [
      'Protobuf',
      CONFLUENT,
      confluent(order, 9),
      'framing.unknown-schema: schema 9 is PROTOBUF; AVRO and JSON are read',
    ],
    [
      'a schema that is none',
      CONFLUENT,
      confluent(order, 10),
      'framing.unknown-schema: schema 10 cannot be read: a record of the schema has no name',
    ],
    ['half a header', CONFLUENT, Buffer.from([0, 0, 0]), 'framing.corrupt: a Confluent header has 5 bytes'],
    [
      'half a header of Glue',
      GLUE,
      Buffer.from([3, 0, 1]),
      'framing.corrupt: a header of the Glue Schema Registry has 18 bytes',
    ],
    [
      'a value cut short',
      CONFLUENT,
      confluent(order.subarray(0, 4)),
      'framing.corrupt: not a value of schema 7: the value ends at byte 4, inside a field',
    ],
    [
      'a value with more behind',
      GLUE,
      glue(Buffer.concat([order, order])),
      `framing.corrupt: not a value of schema ${UUID}: ${order.length} bytes follow the value`,
    ],
    [
      'zlib that is none',
      GLUE,
      Buffer.concat([glue(Buffer.alloc(0), false).with(1, 5) as unknown as Buffer, Buffer.from('xx')]),
      'framing.corrupt: the compressed value cannot be read: incorrect header check',
    ],
    [
      'JSON that is none',
      CONFLUENT,
      confluent(Buffer.from('{'), 8),
      expect.stringMatching(/^framing\.corrupt: /) as unknown as string,
    ],
  ])('%s', async (_, by, record, said) => {
    expect(await opening([by]).open(record, by === GLUE ? glue(order) : confluent(order))).toEqual([said, PLAIN]);
  });

  test('a value without the header is not of this source', async () => {
    expect(await opening([GLUE, CONFLUENT]).open(Buffer.from('hello'))).toEqual(['untouched']);
  });

  test('an id that is registered later passes a minute after', async () => {
    let now = AT;
    let there = false;
    const { open, asked } = opening(
      [CONFLUENT],
      async () => (there ? (SCHEMAS['7'] ?? null) : null),
      () => now,
    );
    await open(confluent(order));
    there = true;
    now += 59_999;
    expect(await open(confluent(order))).toEqual(['framing.unknown-schema: the registry has no schema 7']);
    now += 1;
    expect(await open(confluent(order))).toEqual([PLAIN]);
    expect(asked).toHaveLength(2);
  });

  test('a hostile record asks for a hundred schemas, no more', async () => {
    const { open, asked } = opening([CONFLUENT]);
    const out = await open(...Array.from({ length: 300 }, (_, i) => confluent(order, 1_000 + i)));
    expect(asked).toHaveLength(100);
    expect(out.at(-1)).toBe('framing.unknown-schema: one record names more than 100 schemas');
  });
});

test('a registry that does not answer stops the batch, and nothing is kept of it', async () => {
  let down = true;
  const { open } = opening([CONFLUENT], async (id) => {
    if (down) throw new Fault('registry.unavailable', 'down');
    return SCHEMAS[id] ?? null;
  });
  await expect(open(confluent(order))).rejects.toThrow(new Fault('registry.unavailable', 'down'));
  down = false;
  expect(await open(confluent(order))).toEqual([PLAIN]);
});

describe('values of Avro', () => {
  const read = (schema: Json, value: unknown, more = {}): string =>
    avroReader(stringifyJson(schema))(avsc.Type.forSchema(schema as avsc.Schema, more).toBuffer(value));
  const raw = (schema: Json, hex: string): string => avroReader(stringifyJson(schema))(Buffer.from(hex, 'hex'));
  test.each<[string, Json, string, string]>([
    // The specification's own examples, https://avro.apache.org/docs/1.12.0/specification/#binary-encoding
    ['-64', 'long', '7f', '-64'],
    ['64', 'long', '8001', '64'],
    ['the text foo', 'string', '06666f6f', '"foo"'],
    [
      'a record of 27 and foo',
      {
        type: 'record',
        name: 'test',
        fields: [
          { name: 'a', type: 'long' },
          { name: 'b', type: 'string' },
        ],
      },
      '3606666f6f',
      '{"a":27,"b":"foo"}',
    ],
    ['an array of 3 and 27', { type: 'array', items: 'long' }, '04063600', '[3,27]'],
    ['a union: null', ['null', 'string'], '00', 'null'],
    ['a union: a', ['null', 'string'], '020261', '"a"'],
    // Edges that it gives rules for.
    ['the least long', 'long', 'ffffffffffffffffff01', '-9223372036854775808'],
    ['the greatest long', 'long', 'feffffffffffffffff01', '9223372036854775807'],
    ['a block that tells its bytes', { type: 'array', items: 'long' }, '0304063600', '[3,27]'],
    ['no number', 'double', '000000000000f87f', '"NaN"'],
    ['bytes', 'bytes', '04ff00', '"/wA="'],
    ['a decimal', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, '0403e8', '"10.00"'],
    [
      'a negative one below 1',
      { type: 'fixed', name: 'd', size: 2, logicalType: 'decimal', precision: 4, scale: 3 },
      'fffb',
      '"-0.005"',
    ],
    ['a decimal without precision is bytes', { type: 'bytes', logicalType: 'decimal' }, '0403e8', '"A+g="'],
    ['a date', { type: 'int', logicalType: 'date' }, '01', '"1969-12-31"'],
    ['a time', { type: 'long', logicalType: 'time-micros' }, '02', '"00:00:00.000001"'],
    ['an instant in ms', { type: 'long', logicalType: 'timestamp-millis' }, '01', '"1969-12-31T23:59:59.999Z"'],
    ['an instant in µs', { type: 'long', logicalType: 'timestamp-micros' }, '02', '"1970-01-01T00:00:00.000001Z"'],
    ['one without a zone', { type: 'long', logicalType: 'local-timestamp-millis' }, '02', '"1970-01-01T00:00:00.001"'],
    [
      'Debezium’s own name for one',
      { type: 'long', 'connect.name': 'io.debezium.time.MicroTimestamp' },
      '02',
      '"1970-01-01T00:00:00.000001Z"',
    ],
    [
      'a duration',
      { type: 'fixed', name: 'd', size: 12, logicalType: 'duration' },
      '010000000200000003000000',
      '{"months":1,"days":2,"millis":3}',
    ],
    [
      'a uuid of 16 bytes',
      { type: 'fixed', name: 'u', size: 16, logicalType: 'uuid' },
      'b7b4a7f09c964e4aa687fb5de9ef0c63',
      `"${UUID}"`,
    ],
    ['a name that means nothing to us', { type: 'long', logicalType: 'parsecs' }, '02', '1'],
    [
      'a name like a method',
      { type: 'record', name: 'r', fields: [{ name: '__proto__', type: 'long' }] },
      '02',
      '{"__proto__":1}',
    ],
  ])('%s', (_, schema, hex, json) => expect(raw(schema, hex)).toBe(json));

  test.each<[string, Json, string, string]>([
    [
      'a count that is not there',
      { type: 'array', items: 'null' },
      'feffffffffffffffff0100',
      'the value is too long as JSON',
    ],
    [
      'records without fields, counted to no end',
      { type: 'array', items: { type: 'record', name: 'e', fields: [] } },
      'feffffffffffffffff0100',
      'the value is too long as JSON',
    ],
    ['a number of 11 bytes', 'long', 'ffffffffffffffffffff01', 'a number has more than 64 bits'],
    ['an int of 33 bits', 'int', '8080808020', '4294967296 is no int'],
    ['a length below zero', 'string', '01', '-1 is no length'],
    ['a length beyond the end', 'bytes', 'feffffff0f', 'the value ends at byte 5, inside a field'],
    ['no branch of the union', ['null', 'string'], '04', 'the union has 2 branches, not 3'],
    ['no symbol', { type: 'enum', name: 'e', symbols: ['A'] }, '02', 'the enum has 1 symbols'],
    ['no boolean', 'boolean', '02', '2 is no boolean'],
    ['no UTF-8', 'string', '02ff', 'a text is not UTF-8'],
    ['a day beyond the calendar', { type: 'int', logicalType: 'date' }, 'feffffff0f', '2147483647 is no date'],
    [
      'a list inside itself',
      { type: 'record', name: 'n', fields: [{ name: 'next', type: ['null', 'n'] }] },
      '02'.repeat(200),
      'values lie more than 64 deep',
    ],
  ])('%s', (_, schema, hex, cause) => expect(() => raw(schema, hex)).toThrow(cause));

  test.each<[string, Json, string]>([
    [
      'an unknown type',
      { type: 'record', name: 'r', fields: [{ name: 'a', type: 'lng' }] },
      'the schema names a type that it does not have: lng',
    ],
    ['a number', 7, 'a part of the schema is neither a name, a list nor an object'],
    ['a field without a name', { type: 'record', name: 'r', fields: [{}] }, 'a field of the schema has no name'],
  ])('a schema that is none: %s', (_, schema, cause) => expect(() => avroReader(stringifyJson(schema))).toThrow(cause));

  test('whatever avsc writes by a schema, reads here as the same values', () => {
    const leaf = fc.constantFrom<Json>('null', 'boolean', 'int', 'long', 'double', 'string', 'bytes');
    let names = 0;
    const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        tie('schema').map((items): Json => ({ type: 'array', items: items as Json })),
        tie('schema').map((values): Json => ({ type: 'map', values: values as Json })),
        fc.array(tie('schema'), { maxLength: 4 }).map(
          (types): Json => ({
            type: 'record',
            name: `r${names++}`,
            fields: types.map((type, i) => ({ name: `f${i}`, type: type as Json })),
          }),
        ),
        leaf.filter((t) => t !== 'null').map((t): Json => ['null', t]),
      ),
    }));
    const shown = (value: unknown): unknown =>
      Buffer.isBuffer(value)
        ? value.toString('base64')
        : Array.isArray(value)
          ? value.map(shown)
          : typeof value === 'number' && !Number.isFinite(value)
            ? String(value)
            : typeof value === 'object' && value !== null
              ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shown(v)]))
              : Object.is(value, -0)
                ? 0
                : value;
    fc.assert(
      fc.property(schema, (s) => {
        const type = avsc.Type.forSchema(s as avsc.Schema, { wrapUnions: 'never' } as object);
        const value = type.random();
        expect(JSON.parse(avroReader(stringifyJson(s))(type.toBuffer(value)))).toEqual(
          JSON.parse(JSON.stringify(shown(value))),
        );
      }),
      { numRuns: 300 },
    );
    expect(read('long', 7)).toBe('7');
  });
});

test('no bytes are a frame that harms: header and value are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom('glue', 'confluent'), (bytes, kind) => {
      expect(['framed', 'corrupt', 'none']).toContain(readFrame(kind as 'glue', bytes).kind);
    }),
  );
});
