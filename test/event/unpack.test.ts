import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeAggregate } from '../../shared/event/kpl.ts';
import { toEvent } from '../../shared/event/to-event.ts';
import { unpackRecord } from '../../shared/event/unpack.ts';
import { context, utf8 } from './given.ts';

const MB = 1_048_576;
const rows = (data: Uint8Array) => {
  const unpacked = unpackRecord(data, 'outer');
  return unpacked.ok
    ? unpacked.records.map((r) => [r.index, r.partitionKey, r.explicitHashKey, Buffer.from(r.bytes).toString()])
    : `${unpacked.rule}: ${unpacked.cause}`;
};
const inner = (...payloads: Uint8Array[]) =>
  encodeAggregate(
    payloads.map((data, i) => ({ partitionKey: `k${i}`, explicitHashKey: i === 1 ? '17' : undefined, data })),
  );

test.each<[string, Uint8Array, unknown]>([
  ['a tick', utf8(''), []],
  ['one event', utf8('{}'), [[0, 'outer', undefined, '{}']]],
  ['one event, compressed', gzipSync('{}'), [[0, 'outer', undefined, '{}']]],
  [
    'an aggregate',
    inner(utf8('a'), utf8('b')),
    [
      [0, 'k0', undefined, 'a'],
      [1, 'k1', '17', 'b'],
    ],
  ],
  ['an aggregate of none', inner(), []],
  ['an aggregate, compressed', gzipSync(inner(utf8('a'))), [[0, 'k0', undefined, 'a']]],
  [
    'an aggregate of compressed events',
    inner(gzipSync('a'), utf8('b'), gzipSync('')),
    [
      [0, 'k0', undefined, 'a'],
      [1, 'k1', '17', 'b'],
      [2, 'k2', undefined, ''],
    ],
  ],
  [
    'text that begins like an aggregate',
    Buffer.from('f3899ac2414243', 'hex'),
    [[0, 'outer', undefined, Buffer.from('f3899ac2414243', 'hex').toString()]],
  ],
  ['gzip in two members', Buffer.concat([gzipSync('{"a"'), gzipSync(':1}')]), [[0, 'outer', undefined, '{"a":1}']]],
  ['8 MiB, compressed', gzipSync(Buffer.alloc(8 * MB, 'x')), [[0, 'outer', undefined, 'x'.repeat(8 * MB)]]],
  [
    '20,000 events',
    inner(...Array(20_000).fill(utf8('x'))),
    Array.from({ length: 20_000 }, (_, i) => [i, `k${i}`, i === 1 ? '17' : undefined, 'x']),
  ],
])('unpacks %s', (_, data, expected) => {
  expect(rows(data)).toEqual(expected);
});

describe('refuses the whole record', () => {
  test.each<[string, Uint8Array, string]>([
    ['gzip cut short', gzipSync('{"a":1}').subarray(0, 15), 'body.bad-gzip: gzip: unexpected end of file'],
    [
      'gzip with a wrong checksum',
      Buffer.from(gzipSync('{}')).fill(0, 12, 16),
      'body.bad-gzip: gzip: incorrect data check',
    ],
    ['the magic of gzip alone', Buffer.from('1f8b', 'hex'), 'body.bad-gzip: gzip: unexpected end of file'],
    [
      'a gzip bomb',
      gzipSync(Buffer.alloc(8 * MB + 1)),
      'body.gzip-bomb: gzip: unpacks to more than the 8388608 bytes left',
    ],
    [
      'a bomb inside an aggregate',
      inner(utf8('a'), gzipSync(Buffer.alloc(9 * MB))),
      'body.gzip-bomb: gzip: unpacks to more than the 8388607 bytes left',
    ],
    [
      'many small bombs',
      inner(...Array(9).fill(gzipSync(Buffer.alloc(MB)))),
      'body.gzip-bomb: gzip: unpacks to more than the 0 bytes left',
    ],
    [
      'an event behind a full record',
      inner(gzipSync(Buffer.alloc(8 * MB)), utf8('a')),
      'body.gzip-bomb: an aggregate of more than 8388608 bytes',
    ],
    [
      '20,001 events',
      inner(...Array(20_001).fill(utf8('x'))),
      'body.gzip-bomb: an aggregate of more than 20000 events',
    ],
    [
      'a plain payload of more than 8 MiB',
      Buffer.alloc(8 * MB + 1, 'x'),
      'body.gzip-bomb: 8388609 bytes, at most 8388608 may be',
    ],
  ])('%s', (_, data, expected) => {
    expect(rows(data)).toBe(expected);
  });

  test('a corrupt aggregate', async () => {
    const { createHash } = await import('node:crypto');
    const body = Buffer.from('1a021a00', 'hex');
    const data = Buffer.concat([Buffer.from('f3899ac2', 'hex'), body, createHash('md5').update(body).digest()]);
    expect(rows(data)).toBe('aggregate.corrupt: record 0 has no partition key');
  });

  test('a bomb of a gigabyte without unpacking it', () => {
    const tenMb = gzipSync(Buffer.alloc(10 * MB));
    const before = process.memoryUsage().arrayBuffers;
    expect(rows(Buffer.concat(Array(100).fill(tenMb)))).toMatch(/^body\.gzip-bomb/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40 * MB);
  });
});

test('one broken event of an aggregate is refused by itself, its neighbours pass', () => {
  const good = utf8('{"plain":1,"type":"visit.v1","source":"/app","data":{}}');
  const unpacked = unpackRecord(
    inner(good, gzipSync(good).subarray(0, 30), utf8('{'), utf8(''), gzipSync(good)),
    'outer',
  );
  const doors =
    unpacked.ok &&
    unpacked.records.map((r) => toEvent(r.bytes, context)).map((e) => (e.kind === 'event' ? 'passed' : e.rule));
  expect(doors).toEqual(['passed', 'body.bad-gzip', 'body.not-json', 'body.empty', 'passed']);
});

test('no bytes make it throw', () => {
  const gzip = fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.concat([Buffer.from('1f8b08', 'hex'), b]));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        gzip,
        gzip.map((b) => inner(b)),
      ),
      (data) => {
        const unpacked = unpackRecord(data, 'outer');
        if (unpacked.ok) for (const { bytes } of unpacked.records) toEvent(bytes, context);
      },
    ),
    { numRuns: 1_000 },
  );
});
