import { describe, expect, test } from 'vitest';
import { loadReference, referenceLookup } from '../../shared/enrich/reference.ts';
import { itemKey, TOMBSTONE_FOR } from '../../shared/enrich/remembered.ts';
import type { Json } from '../../shared/event/cloud-event.ts';
import type { StampedEvent } from '../../shared/lanes/inner.ts';
import type { Remembered, Source } from '../../shared/pipeline.ts';
import { remember } from '../../shared/steps/remember.ts';
import {
  AT,
  atEveryCall,
  batchesOf,
  deliver,
  event,
  linesUnder,
  marks,
  newLog,
  newPorts,
  plenty,
  RUN,
  send,
} from '../steps/stage-given.ts';

const source = (remembered: Partial<Remembered> = {}, more: Partial<Source> = {}): Source => ({
  name: 'crm',
  adapter: 'debezium',
  types: ['change.v1'],
  deduplicate: null,
  transport: 60_000,
  ticks: true,
  producer: 'any',
  tables: { 'shop.customers': 'change.v1' },
  remember: [{ from: 'shop.customers', into: 'customers', key: ['id'], columns: ['id', 'name'], ...remembered }],
  ...more,
});

type Data = { readonly [name: string]: Json };
let n = 0;
/** A change of the table, as the adapter writes it; positions are one letter here. */
const change = (op: string, position: string, data: Data, at?: number): StampedEvent =>
  event(
    ++n,
    'change.v1',
    { op, table: 'shop.customers', key: null, before: null, after: null, position, ...data },
    {
      source: '/changes/crm/shop.customers',
      ...(at !== undefined && { at }),
    },
  );
const row = (name: Json, id: Json = 7): Data => ({ after: { id, name, secret: 'not kept' } });

const given = (of: Source = source()) => {
  const ports = newPorts();
  const log = newLog('validated', 2);
  const step = (wrap: <T extends object>(port: T) => T = (port) => port) =>
    remember({ sources: [of], reference: wrap(ports.table), rejected: wrap(ports.bucket), run: RUN });
  const columns = Object.fromEntries((of.remember ?? []).map((r) => [r.into, r.columns]));
  const find = async (...keys: readonly string[]) => {
    const reference = referenceLookup({ ...ports, columns, remembered: new Set(Object.keys(columns)) });
    return Object.fromEntries(await reference.find('customers', keys, 0));
  };
  const all = async (...events: readonly StampedEvent[]) => {
    for (const e of events) await send(log, [e]);
    await deliver(step, batchesOf(log, 3));
    await deliver(step, batchesOf(log, 2)); // again, in other borders
  };
  const rejected = async () => (await linesUnder(ports.bucket, 'rejected/')).map((l) => [l.rule, l.field, l.cause]);
  return { ...ports, log, step, find, all, rejected };
};

describe('the newest change of a row stands', () => {
  test('with the columns that are kept, as text', async () => {
    const g = given();
    await g.all(change('insert', 'b', row('Ann')), change('update', 'a', row('Old')), change('update', 'c', row(null)));
    expect(await g.find('7')).toEqual({ 7: { id: '7', name: null } });
    expect(g.table.items()).toEqual([
      { pk: 'customers#7', sk: '-', 'c.id': '7', pos: expect.stringMatching(/^00:c!1!/) },
    ]);
  });

  test('numbers, truth values, nested values, MongoDB ids', async () => {
    const g = given(source({ key: ['_id'], columns: ['_id', 'a', 'b', 'c', 'd'] }));
    const after = { _id: { $oid: '65a' }, a: 1.5, b: true, c: { x: [1] }, d: { $numberLong: '12345678901234567890' } };
    await g.all(change('insert', 'a', { after }));
    expect(await g.find('65a')).toEqual({
      '65a': { _id: '65a', a: '1.5', b: 'true', c: '{"x":[1]}', d: '12345678901234567890' },
    });
    await g.all(change('delete', 'b', { key: '{"$oid":"65a"}' }));
    expect(await g.find('65a')).toEqual({ '65a': null });
  });

  test('a deleted row does not come back, and its tombstone goes in 30 days', async () => {
    const g = given();
    const gone = change('delete', 'd', { before: { id: 7, name: null } });
    await g.all(gone, change('insert', 'a', row('Ann')));
    expect(await g.find('7')).toEqual({ 7: null });
    const x = Math.floor((gone.arrival + TOMBSTONE_FOR) / 1000);
    expect(await g.table.get(itemKey('customers', '7'))).toMatchObject({ gone: true, x });
    await g.all(change('insert', 'e', row('Again')));
    expect(await g.find('7')).toEqual({ 7: { id: '7', name: 'Again' } });
    expect(await g.table.get(itemKey('customers', '7'))).not.toHaveProperty('x');
  });

  test('a changed key leaves nothing under the old one', async () => {
    const g = given();
    await g.all(change('insert', 'a', row('Ann')), change('update', 'b', { ...row('Ann', 8), before: { id: 7 } }));
    expect(await g.find('7', '8')).toEqual({ 7: null, 8: { id: '8', name: 'Ann' } });
  });

  test('a truncated table has its newer rows alone, whatever comes later', async () => {
    const g = given();
    await g.all(
      change('insert', 'c', row('New', 1)),
      change('truncate', 'b', {}),
      change('insert', 'a', row('Old', 2)),
    );
    expect(await g.find('1', '2')).toEqual({ 1: { id: '1', name: 'New' }, 2: null });
  });

  test('a row of a snapshot loses to a change at its place; equal places go by arrival', async () => {
    const g = given();
    await g.all(change('update', 'a', row('changed')), change('snapshot', 'a', row('read')));
    expect(await g.find('7')).toMatchObject({ 7: { name: 'changed' } });
    await g.all(change('update', 'a', row('second of a tie')));
    expect(await g.find('7')).toMatchObject({ 7: { name: 'second of a tie' } });
  });

  test('what a log tells after it began anew is newer', async () => {
    const g = given(source({}, { restarts: [AT + 10_000] }));
    await g.all(change('update', 'z', row('old log'), AT), change('update', 'a', row('new log'), AT + 10_000));
    await g.all(change('update', 'y', row('old log, late'), AT + 9_999));
    expect(await g.find('7')).toMatchObject({ 7: { name: 'new log' } });
  });

  test('keys of several columns are joined', async () => {
    const g = given(source({ key: ['tenant', 'id'], columns: ['key', 'tenant', 'name'] }));
    await g.all(
      change('insert', 'a', { after: { tenant: 'acme', id: 7, name: 'Ann' } }),
      change('insert', 'a', { after: { tenant: 'a/b', id: 7, name: 'Bo' } }),
    );
    expect(await g.find('acme/7', 'a\\/b/7')).toEqual({
      'acme/7': { key: 'acme/7', tenant: 'acme', name: 'Ann' },
      'a\\/b/7': { key: 'a\\/b/7', tenant: 'a/b', name: 'Bo' },
    });
  });

  test('rows of a file stand until the first change of their key, and never replace one', async () => {
    const g = given();
    const load = () =>
      loadReference(
        g.table,
        'customers',
        ['id', 'name'],
        [
          ['7', 'file'],
          ['8', 'file'],
        ],
        'seed',
      );
    await load();
    await g.all(change('update', 'a', row('changed')), change('delete', 'b', { before: { id: 8 } }));
    await load();
    expect(await g.find('7', '8')).toEqual({ 7: { id: '7', name: 'changed' }, 8: null });
  });
});

describe('one write a key and batch', () => {
  test('the newest alone', async () => {
    const g = given();
    for (let i = 0; i < 50; i++) await send(g.log, [change('update', String(i).padStart(2, '0'), row(`v${i}`))]);
    const batches = batchesOf(g.log, 100);
    for (const batch of batches) await g.step()(batch, plenty);
    expect(g.table.writes()).toBe(batches.length);
    expect(await g.find('7')).toMatchObject({ 7: { name: 'v49' } });
  });

  test('other events, marks and messages of the log are none of its business', async () => {
    const g = given();
    await send(g.log, [...marks(1), event(1, 'order.v1', { id: 7 })]);
    await g.all(change('message', 'a', {}));
    expect([g.table.items(), await g.rejected()]).toEqual([[], []]);
  });

  test('whichever call fails, before its effect or after it, the rows are those of the source', async () => {
    const calls = await atEveryCall(async (wrap) => {
      const g = given();
      for (const e of [
        change('insert', 'a', row('Ann', 1)),
        change('insert', 'b', row('Bo', 2)),
        change('insert', 'c', { after: { name: 'no key' } }),
        change('delete', 'd', { before: { id: 1 } }),
        change('update', 'e', { ...row('Bo', 3), before: { id: 2 } }),
      ])
        await send(g.log, [e]);
      await deliver(() => g.step(wrap), batchesOf(g.log, 2));
      expect(await g.find('1', '2', '3')).toEqual({ 1: null, 2: null, 3: { id: '3', name: 'Bo' } });
      expect((await g.rejected()).map(([rule]) => rule)).toContain('change.no-key');
    });
    expect(calls).toBeGreaterThan(4);
  });
});

test.each<[string, StampedEvent, string, string, string]>([
  ['no key', change('insert', 'a', { after: { name: 'x' } }), 'change.no-key', '/data/after/id', 'id is no value'],
  ['a null key', change('insert', 'a', row('x', null)), 'change.no-key', '/data/after/id', 'customers is kept by id'],
  ['a nested key', change('insert', 'a', row('x', { a: 1, b: 2 })), 'change.no-key', '/data/after/id', 'no value'],
  ['an empty key', change('insert', 'a', row('x', '')), 'change.no-key', '/data/after/id', 'no value'],
  ['a long key', change('insert', 'a', row('x', 'k'.repeat(2_000))), 'change.no-key', '/data/after', '1024 bytes'],
  ['a delete of nobody', change('delete', 'a', {}), 'change.no-key', '/data/before', 'which row of customers'],
  ['no row', change('update', 'a', {}), 'change.no-row', '/data/after', 'as it is now'],
  [
    'no row of MongoDB',
    change('update', 'a', { updateDescription: {} }),
    'change.no-row',
    '/data/after',
    'capture.mode',
  ],
  [
    'an untold column',
    change('update', 'a', row('__debezium_unavailable_value')),
    'change.no-row',
    '/data/after/name',
    'REPLICA IDENTITY FULL',
  ],
  ['no position', change('update', '', row('x')), 'change.no-row', '/data/position', 'position'],
  ['no operation', change('upsert', 'a', row('x')), 'change.no-row', '/data/op', 'one of insert'],
])('%s is rejected alone', async (_, bad, rule, field, cause) => {
  const g = given();
  await g.all(change('insert', 'a', row('before', 1)), bad, change('insert', 'b', row('behind', 2)));
  expect((await g.rejected())[0]).toEqual([rule, field, expect.stringContaining(cause)]);
  expect(await g.find('1', '2')).toMatchObject({ 1: { name: 'before' }, 2: { name: 'behind' } });
});

test('a row too large for an item is rejected alone', async () => {
  const g = given();
  await g.all(change('insert', 'a', row('x'.repeat(410_000))), change('insert', 'a', row('small', 8)));
  expect((await g.rejected())[0]?.[0]).toBe('body.too-large');
  expect(await g.find('8')).toMatchObject({ 8: { name: 'small' } });
});
