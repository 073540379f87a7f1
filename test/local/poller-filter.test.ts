import { describe, expect, test } from 'vitest';
import { filterOf } from '../../local/poller/filter.ts';
import { FLAT_OUT } from '../../local/poller/pace.ts';
import { given } from './given-mapping.ts';

const order = { type: 'order', total: 40, store: { name: 'berlin' }, tags: ['new', 'gift'], note: null };
const record = (data: unknown) => ({
  seq: '1',
  partitionKey: 'k1',
  data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
  arrival: 0,
});

describe('patterns over an order of 40 in berlin', () => {
  test.each<[object, boolean]>([
    [{ data: { type: ['order'] } }, true],
    [{ data: { type: ['payment', 'order'] } }, true],
    [{ data: { type: ['payment'] } }, false],
    [{ data: { type: ['order'], total: [41] } }, false],
    [{ data: { store: { name: [{ prefix: 'ber' }] } } }, true],
    [{ data: { store: { name: [{ suffix: 'ber' }] } } }, false],
    [{ data: { store: { name: [{ 'equals-ignore-case': 'BERLIN' }] } } }, true],
    [{ data: { total: [{ numeric: ['>', 30, '<=', 40] }] } }, true],
    [{ data: { total: [{ numeric: ['>', 40] }] } }, false],
    [{ data: { total: [{ 'anything-but': [40, 41] }] } }, false],
    [{ data: { total: [{ 'anything-but': 39 }] } }, true],
    [{ data: { note: [null] } }, true],
    [{ data: { gone: [{ exists: false }] } }, true],
    [{ data: { total: [{ exists: false }] } }, false],
    [{ data: { tags: ['gift'] } }, true],
    [{ data: { tags: ['old'] } }, false],
    [{ partitionKey: ['k1'] }, true],
    [{ partitionKey: ['k2'] }, false],
    [{ $or: [{ partitionKey: ['k2'] }, { data: { total: [40] } }] }, true],
  ])('%j: %s', (pattern, passes) => {
    expect(filterOf([pattern])(record(order))).toBe(passes);
  });

  test('one of several is enough', () => {
    expect(filterOf([{ partitionKey: ['no'] }, { data: { total: [40] } }])(record(order))).toBe(true);
  });
  test('data that is not JSON is dropped by a pattern over data, whatever it asks', () => {
    expect(filterOf([{ data: { gone: [{ exists: false }] } }])(record('not json'))).toBe(false);
    expect(filterOf([{ partitionKey: ['k1'] }])(record('not json'))).toBe(true);
  });
  test.each([
    [{ data: { a: 'x' } }],
    [{ data: { a: [{ cidr: 'x' }] } }],
    [{ datum: ['x'] }],
    [{ data: { a: [{ numeric: ['~', 1] }] } }],
  ])('%j is not understood', (pattern) => {
    expect(() => filterOf([pattern])).toThrow('is not understood');
  });
});

test('filtered records are consumed, and a batch without any record left calls nobody', async () => {
  const g = given({ pace: FLAT_OUT, trigger: { filterPatterns: [{ data: { type: ['order'] } }] } });
  g.put('{"type":"view"}', '{"type":"view","n":2}', 'junk');
  g.mapping.start();
  await g.rest();
  expect(g.calls).toEqual([]);
  g.put('{"type":"order"}', '{"type":"view"}');
  await g.rest();
  expect(g.calls).toEqual([['{"type":"order"}']]);
  expect(g.mapping.positions()[0]?.checkpoint).toBe(g.log.read('shardId-000000000000', null).records.at(-1)?.seq);
});
