import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AggregateBuilder,
  decodeAggregate,
  encodeAggregate,
  isAggregate,
  type UserRecord,
} from '../../shared/event/kpl.ts';
import { isWhole, sealAll, wholeAmong } from '../../shared/event/kpl-sum.ts';
import { utf8 } from './given.ts';
import { peer, peerDecode, peerEncode } from './kpl-peer.ts';

const record = (partitionKey: string, data: string, explicitHashKey?: string): UserRecord => ({
  partitionKey,
  explicitHashKey,
  data: utf8(data),
});
const read = (bytes: Uint8Array) => {
  const decoded = decodeAggregate(bytes);
  if (decoded.kind !== 'aggregate') throw new Error(JSON.stringify(decoded));
  return decoded.records.map(({ partitionKey, explicitHashKey, data }) => ({
    partitionKey,
    explicitHashKey,
    data: Buffer.from(data),
  }));
};
const same = (records: readonly UserRecord[]) =>
  records.map((r) => ({
    partitionKey: r.partitionKey,
    explicitHashKey: r.explicitHashKey || undefined,
    data: Buffer.from(r.data),
  }));
/** A message with the magic before and its MD5 behind. */
const framed = (...message: number[]): Uint8Array => {
  const body = Buffer.from(message);
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), body, createHash('md5').update(body).digest()]);
};
/** partition_key_table = ["a"] */
const KEY_A = [0x0a, 1, 0x61];

const hashKey = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String);
const records = fc.array(
  fc.record({
    partitionKey: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', '', 'ключ', '鍵'),
    ),
    explicitHashKey: fc.option(hashKey, { nil: undefined }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 40 },
);

describe('an aggregate', () => {
  test('gives back what was put in, and says its size before', () => {
    fc.assert(
      fc.property(records, (given) => {
        const builder = new AggregateBuilder();
        for (const one of given) {
          const expected = builder.sizeWith(one);
          expect(builder.add(one)).toBe(expected);
        }
        expect(builder.count).toBe(given.length);
        const { size } = builder;
        const bytes = builder.build();
        expect(bytes.length).toBe(size);
        expect(bytes).toEqual(encodeAggregate(given));
        expect(read(bytes)).toEqual(same(given));
        expect([builder.count, builder.size]).toEqual([0, 20]);
      }),
    );
  });

  test.each([
    ['no records', []],
    ['empty data', [record('a', '')]],
    ['one key for many', [record('a', '1'), record('b', '2'), record('a', '3')]],
    ['__proto__ as key and hash key 0', [record('__proto__', '1', '0'), record('__proto__', '2')]],
    ['keys in other scripts', [record('Zürich', '1'), record('東京', '2'), record('🚲', '3')]],
    ['the highest hash key', [record('a', '1', '340282366920938463463374607431768211455')]],
    ['300 keys', Array.from({ length: 300 }, (_, i) => record(`k${i}`, 'x'.repeat(i)))],
    ['a record of a megabyte', [record('a', 'x'.repeat(1_000_000))]],
  ])('holds %s', (_, given) => {
    expect(read(encodeAggregate(given))).toEqual(same(given));
  });

  test('shows data without copying it', () => {
    const bytes = encodeAggregate([record('a', 'hello')]);
    const decoded = decodeAggregate(bytes);
    expect(decoded.kind === 'aggregate' && decoded.records[0]?.data.buffer).toBe(bytes.buffer);
  });

  test('stops at a limit', () => {
    const bytes = encodeAggregate([record('a', '1'), record('a', '2'), record('a', '3')]);
    expect(decodeAggregate(bytes, 3).kind).toBe('aggregate');
    expect(decodeAggregate(bytes, 2)).toEqual({ kind: 'too-many' });
  });
});

describe('aggregates of one batch', () => {
  test('are told from other bytes as one by one', () => {
    const bytes = fc.oneof(
      records.map(encodeAggregate),
      fc.uint8Array({ maxLength: 100 }),
      fc.tuple(records, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([given, at, turned]) => {
        const bent = encodeAggregate(given);
        bent[at % bent.length] = (bent[at % bent.length] as number) ^ turned;
        return bent;
      }),
    );
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 20 }), (all) => {
        const whole = wholeAmong(all);
        for (const one of all) {
          expect(whole.has(one)).toBe(isWhole(one));
          expect(decodeAggregate(one, undefined, whole.has(one))).toEqual(decodeAggregate(one));
        }
      }),
    );
  });
  test('are laid out one by one, and sealed together', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 12 }), (all) => {
        const open = all.map((given) => {
          const builder = new AggregateBuilder();
          for (const one of given) builder.add(one);
          return builder.layOut();
        });
        sealAll(open);
        expect(open).toEqual(all.map(encodeAggregate));
      }),
    );
  });
});

describe('aws-kinesis-agg', () => {
  // It reads a record without a hash key as one with the table's first, so all have one or none has.
  const good = fc
    .tuple(
      fc.boolean(),
      fc.array(
        fc.record({
          partitionKey: fc.string({ minLength: 1 }).filter((key) => !(key in {})),
          explicitHashKey: fc.option(hashKey, { nil: undefined }),
          data: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    )
    .map(([hashed, given]) =>
      given.map((r) => ({ ...r, explicitHashKey: hashed ? (r.explicitHashKey ?? '7') : undefined })),
    );
  const plain = (given: readonly { partitionKey: string; explicitHashKey: string | undefined; data: Buffer }[]) =>
    given.every((r) => !/^\d+$/.test(r.partitionKey));

  test('reads what we write', () => {
    fc.assert(
      fc.property(good, (given) => {
        const theirs = peerDecode(Buffer.from(encodeAggregate(given)).toString('base64'));
        expect(theirs.map((r) => ({ key: r.partitionKey, hash: r.explicitPartitionKey, data: r.data }))).toEqual(
          given.map((r) => ({ key: r.partitionKey, hash: r.explicitHashKey, data: r.data.toString('base64') })),
        );
      }),
    );
  });
  test('writes what we read, and the same bytes as we', () => {
    fc.assert(
      // Numeric keys change their order in its tables: plain objects.
      fc.property(
        good.filter(plain).map((given) => given.map(({ partitionKey, data }) => ({ partitionKey, data }))),
        (given) => {
          const theirs = peerEncode(given);
          expect(read(theirs)).toEqual(same(given));
          expect(Buffer.from(encodeAggregate(given))).toEqual(theirs);
        },
      ),
    );
  });
  test('fails on a key that we take', () => {
    const bytes = Buffer.from(encodeAggregate([record('__proto__', '1')]));
    expect(read(bytes)[0]?.partitionKey).toBe('__proto__');
    const theirs = new peer.RecordAggregator();
    theirs.addUserRecord({ partitionKey: '__proto__', data: Buffer.from('1') });
    expect(theirs.build().data).not.toEqual(bytes);
  });
});

describe('somebody else’s bytes', () => {
  const whole = encodeAggregate([record('a', 'hello')]);
  test.each<[string, Uint8Array]>([
    ['nothing', utf8('')],
    ['JSON', utf8('{"a":1}')],
    ['the magic alone', whole.subarray(0, 4)],
    ['the magic and less than a checksum', whole.subarray(0, 19)],
    [
      'text that begins with the magic',
      Buffer.concat([Buffer.from('f3899ac2', 'hex'), Buffer.from('and then some words of text')]),
    ],
    ['an aggregate with one bit turned', Buffer.from(whole).fill((whole[6] as number) ^ 1, 6, 7)],
    ['an aggregate cut short', whole.subarray(0, whole.length - 1)],
  ])('are a plain payload: %s', (_, bytes) => {
    expect(decodeAggregate(bytes)).toEqual({ kind: 'plain' });
  });
  test('are no aggregate by the look of them', () => {
    expect([isAggregate(whole), isAggregate(utf8('hello')), isAggregate(whole.subarray(0, 19))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a right checksum over wrong contents is corrupt', () => {
  test.each<[string, number[], string]>([
    [
      'a partition key index beyond the table',
      [...KEY_A, 0x1a, 4, 0x08, 1, 0x1a, 0],
      'partition key 1 of a table of 1',
    ],
    ['no key table at all', [0x1a, 4, 0x08, 0, 0x1a, 0], 'partition key 0 of a table of 0'],
    ['a hash key index beyond the table', [...KEY_A, 0x1a, 6, 0x08, 0, 0x10, 0, 0x1a, 0], 'hash key 0 of a table of 0'],
    [
      'an index of 2^63',
      [...KEY_A, 0x1a, 13, 0x08, ...Array(9).fill(0x80), 1, 0x1a, 0],
      'partition key 9223372036854776000 of a table of 1',
    ],
    [
      'a hash key that is no number',
      [...KEY_A, 0x12, 1, 0x78],
      'explicit hash key 0 is not a decimal number below 2^128',
    ],
    ['an empty hash key', [...KEY_A, 0x12, 0], 'explicit hash key 0 is not a decimal number below 2^128'],
    [
      'a hash key of 2^128',
      [0x12, 39, ...Buffer.from('340282366920938463463374607431768211456')],
      'explicit hash key 0 is not a decimal number below 2^128',
    ],
    ['a field longer than the message', [0x0a, 9, 0x61], 'a field at byte 5 is longer than the message'],
    ['data longer than its record', [...KEY_A, 0x1a, 4, 0x08, 0, 0x1a, 9], 'data at byte 13 is longer than its record'],
    ['a number that does not end', [0x0a, 0x80], 'a number at byte 5 does not end'],
    ['a number of eleven bytes', [0x0a, ...Array(10).fill(0x80), 1], 'a number at byte 5 does not end'],
    ['a wrong wire type in the message', [0x08, 1], 'wrong wire type of a table or record before byte 5'],
    ['a wrong wire type in a record', [0x1a, 2, 0x18, 1], "wrong wire type of a record's field before byte 7"],
    ['a group', [0x23], 'unknown wire type 3 before byte 5'],
    ['field number 0', [0x02, 0], 'field number 0 before byte 5'],
    ['an unknown field cut short', [0x2d, 1], 'a field at byte 5 is longer than what holds it'],
    ['a record without data', [...KEY_A, 0x1a, 2, 0x08, 0], 'record 0 has no data'],
    ['a record without a key', [...KEY_A, 0x1a, 2, 0x1a, 0], 'record 0 has no partition key'],
  ])('%s', (_, message, cause) => {
    expect(decodeAggregate(framed(...message))).toEqual({ kind: 'corrupt', cause });
  });

  test.each<[string, number[]]>([
    ['tables behind the records', [0x1a, 5, 0x08, 0, 0x1a, 1, 0x78, ...KEY_A]],
    [
      'unknown fields of every wire type',
      [
        ...KEY_A,
        0x20,
        5,
        0x29,
        ...Array(8).fill(1),
        0x32,
        1,
        0,
        0x3d,
        1,
        1,
        1,
        1,
        0x1a,
        8,
        0x08,
        0,
        0x1a,
        1,
        0x78,
        0x2a,
        1,
        0,
      ],
    ],
    ['tags', [...KEY_A, 0x1a, 10, 0x08, 0, 0x1a, 1, 0x78, 0x22, 3, 0x0a, 1, 0x74]],
    ['a field number in two bytes', [...KEY_A, 0x9a, 0x00, 5, 0x08, 0, 0x1a, 1, 0x78]],
    ['a field that stands twice: the last counts', [...KEY_A, 0x1a, 8, 0x08, 0, 0x1a, 1, 0x79, 0x1a, 1, 0x78]],
  ])('but not %s', (_, message) => {
    expect(read(framed(...message))).toEqual([
      { partitionKey: 'a', explicitHashKey: undefined, data: Buffer.from('x') },
    ]);
  });

  test('no bytes make it throw', () => {
    const good = encodeAggregate([record('alpha', 'hello', '12'), record('beta', 'x'.repeat(200))]);
    const body = [...good.subarray(4, -16)];
    const bent = fc.array(fc.tuple(fc.nat({ max: body.length - 1 }), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }).map((b) => [...b]),
          bent.map((changes) => {
            const copy = [...body];
            for (const [at, byte] of changes) copy[at] = byte;
            return copy;
          }),
        ),
        (message) => {
          const decoded = decodeAggregate(framed(...message));
          expect(decoded.kind).toMatch(/corrupt|aggregate/);
          if (decoded.kind !== 'aggregate') return;
          for (const one of decoded.records) {
            expect(typeof one.partitionKey).toBe('string');
            expect(one.explicitHashKey ?? '0').toMatch(/^\d+$/);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
