import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bringBack } from '../../../local/restore/bring-back.ts';
import { RING } from '../../../shared/lanes/ring.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import { checkBooks } from '../../../shared/steps/check-books.ts';
import { homeItem } from '../../../shared/steps/home.ts';
import { plenty } from '../directed/given.ts';
import { at, booksGiven, hourWithEveryDoor } from './given.ts';

const BALANCED = { outOfBalance: 0, faults: [], hours: 1 };

describe('an hour in which an event left by every door', () => {
  test('the first check only notes where it begins', async () => {
    const g = booksGiven();
    expect(await g.check('8:30')).toMatchObject({ outOfBalance: 0, from: '2026-01-05T09:00:00.000Z' });
  });

  test('a pipeline that has decided nothing yet is asked for days, not for years', async () => {
    const g = booksGiven();
    await g.check('8:30');
    g.come('9:10');
    g.tick('10:02');
    await g.flow();
    expect(await g.check('10:30')).toEqual(BALANCED);
    expect(g.lists()).toBeLessThan(20);
  });

  test('was counted by every door', async () => {
    const g = await hourWithEveryDoor();
    const item = g.table
      .items()
      .find((i) => i.pk.startsWith('book#') && i.sk.startsWith(`000${at('9:00') / 3_600_000}#`));
    expect(item).toMatchObject({ in: 9, passed: 7, rejected: 1, duplicate: 1 });
    expect((await g.lines('late')).map((l) => l.query)).toHaveLength(1);
    expect((await g.lines('rejected')).map((l) => `${l.stage} ${l.door} ${l.rule}`).sort()).toEqual([
      'aggregate-enriched rejected query.threw',
      'enrich rejected enrichment.threw',
      'validate duplicate event.duplicate',
      'validate rejected schema.mismatch',
    ]);
  });

  test.each([
    ['each batch once', {}],
    ['each batch twice, in other borders', { most: 2, again: true }],
    ['one record at a time, each twice', { most: 1, again: true }],
  ])('balances: %s', async (_, how) => {
    const g = await hourWithEveryDoor(how);
    expect(await g.check('10:30')).toEqual(BALANCED);
  });

  test('is checked once: the next check begins behind it', async () => {
    const g = await hourWithEveryDoor();
    await g.check('10:30');
    expect(await g.check('10:40')).toEqual({ outOfBalance: 0, faults: [], hours: 0 });
    g.tick('11:02');
    await g.flow();
    expect(await g.check('11:30')).toEqual(BALANCED);
  });

  test('and the hours after a pause of the check are made good', async () => {
    const g = await hourWithEveryDoor();
    for (const hour of [11, 12, 13]) {
      g.come(`${hour}:10`, { bad: true });
      g.come(`${hour}:20`);
      g.tick(`${hour + 1}:02`);
    }
    await g.flow({ most: 3 });
    expect(await g.check('14:30')).toEqual({ outOfBalance: 0, faults: [], hours: 5 });
  });

  test('a split of raw in the middle of the hour changes nothing', async () => {
    const g = booksGiven();
    await g.check('8:30');
    for (let i = 10; i < 20; i++) g.come(`9:${i}`);
    g.raw.split('shardId-000000000000', RING / 2n);
    for (let i = 20; i < 30; i++) g.come(`9:${i}`, i % 3 === 0 ? { bad: true } : {});
    g.tick('10:02');
    await g.flow({ most: 4 });
    expect(await g.check('10:30')).toEqual(BALANCED);
  });
});

describe('an event that leaves by no door is found', () => {
  test('lost between validate and the ledger', async () => {
    const g = booksGiven();
    await g.check('8:30');
    g.come('9:10');
    await g.flow();
    g.come('9:20');
    await g.flow({ to: 'head' });
    // The checkpoint of `enrich` moves past the event without it.
    const records = g.validated.read('shardId-000000000000', null).records;
    const lost = records.slice(-1).map((r) => ({ ...r, data: records[0]?.data ?? r.data }));
    await g.steps.hop({ stream: 'validated', shard: 'shardId-000000000000', records: lost }, plenty);
    g.tick('10:02');
    await g.steps.head(
      {
        stream: 'raw',
        shard: 'shardId-000000000000',
        records: g.raw.read('shardId-000000000000', null).records.slice(-1),
      },
      plenty,
    );
    const rest = g.validated.read('shardId-000000000000', null).records.slice(records.length);
    await g.steps.hop({ stream: 'validated', shard: 'shardId-000000000000', records: rest }, plenty);
    const fold = g.enriched.read('shardId-000000000000', null).records;
    await g.steps.fold({ stream: 'enriched', shard: 'shardId-000000000000', records: fold }, plenty);
    await g.refine().settle();
    const found = await g.check('10:30');
    expect(found).toMatchObject({
      outOfBalance: 1,
      faults: ['enrich, 2026-01-05T09: 2 in, but 1 in the ledger and 0 rejected in the store'],
    });
  });

  test.each([
    [
      'a rejected event whose object is gone',
      'rejected/1/dt=2026-01-05/validate/',
      /^validate, 2026-01-05T09: 9 in, but 7 passed, 0 rejected and 0 duplicate/,
    ],
    [
      'one that enrich rejected',
      'rejected/1/dt=2026-01-05/enrich/',
      /^enrich, 2026-01-05T09: 7 in, but 6 in the ledger and 0 rejected/,
    ],
    ['a late event whose object is gone', 'late/', /query .*: the ledger counts 1 late, the store holds 0$/],
    [
      'one that a query rejected',
      'rejected/1/dt=2026-01-05/aggregate-enriched/',
      /query .*: the ledger counts 1 failed, the store holds 0$/,
    ],
  ])('%s', async (_, prefix, fault) => {
    const g = await hourWithEveryDoor();
    await g.objects.delete((await g.objects.list(prefix)).map((o) => o.key));
    const found = await g.check('10:30');
    expect(found.outOfBalance).toBe(1);
    expect(found.faults).toEqual([expect.stringMatching(fault)]);
  });

  test('an entry whose counts do not add up', async () => {
    const g = await hourWithEveryDoor();
    const { ledger } = await import('../../../shared/steps/ledger/ledger.ts');
    const book = ledger({ ...g, run: '1', fn: 'aggregate/enriched' });
    const shard = 'shardId-000000000000';
    const newest = await book.newest(shard);
    if (newest === undefined) throw new Error('there are entries');
    const [query = ''] = g.plan.queries.map((q) => q.id);
    const { lanes, through } = newest;
    await book.append(shard, newest, { lanes, through, counts: { [query]: [3, 0, 2, 0, 0] }, body: null });
    g.tick('10:05');
    await g.flow();
    const found = await g.check('10:30');
    expect(found.faults).toEqual([expect.stringMatching(/entry \d+ of shardId-000000000000: 3 in, 2 out$/)]);
  });

  test('an entry that is gone stops the check, which is an alarm as well', async () => {
    const g = await hourWithEveryDoor();
    for (const { pk, sk } of g.table.items()) if (sk === 'e#000000000002') await g.table.delete({ pk, sk });
    await expect(g.check('10:30')).rejects.toThrow('entry 2 of shardId-000000000000 is missing');
  });
});

describe('an hour that is not over everywhere waits', () => {
  test('validate has not read it to its end', async () => {
    const g = booksGiven();
    await g.check('8:30');
    g.come('9:10');
    await g.flow();
    expect(await g.check('10:30')).toEqual({
      outOfBalance: 0,
      faults: [],
      hours: 0,
      waiting: '2026-01-05T09: validate has not read shard shardId-000000000000 to the end of the hour',
    });
    g.tick('10:31');
    await g.flow();
    expect(await g.check('10:40')).toEqual(BALANCED);
  });

  test('the ledger has not come so far', async () => {
    const g = booksGiven();
    g.come('8:10');
    await g.flow();
    await g.check('8:30');
    g.come('9:10');
    g.tick('10:02');
    await g.flow({ to: 'head' });
    expect((await g.check('10:30')).waiting).toMatch(/^2026-01-05T09: the ledger has not come to the end/);
    await g.flow();
    expect(await g.check('10:40')).toEqual(BALANCED);
  });

  test('a decision that is still being sent counts its late events itself', async () => {
    const g = booksGiven();
    g.come('8:10');
    await g.flow();
    await g.check('8:30');
    g.come('9:10');
    await g.flow();
    g.come('9:11', {}, { late: 9 });
    g.come('9:12', { n: 0 });
    g.tick('10:02');
    const { common } = g;
    const stopped = async () => {
      const { refine, SETTLE } = await import('../../../shared/steps/refine/refine.ts');
      const objects = {
        ...g.objects,
        put: (key: string, bytes: Uint8Array) =>
          key.startsWith('rejected/') ? Promise.reject(new Error('no answer')) : g.objects.put(key, bytes),
      };
      const broken = refine({
        ...common((port) => port),
        objects,
        reads: 'enriched',
        from: memoryStream(g.enriched),
        raw: memoryStream(g.raw),
        to: memoryStream(g.refined),
      });
      await expect(broken([SETTLE], plenty)).rejects.toThrow('no answer');
    };
    await g.flow({ to: 'fold' });
    await stopped();
    // Half of it came to the stores.
    expect([await g.lines('late'), await g.lines('rejected')].map((l) => l.length)).toEqual([1, 0]);
    expect(await g.check('10:30')).toEqual(BALANCED);
    await g.flow();
    expect(await g.lines('rejected')).toHaveLength(1);
    g.tick('11:02');
    await g.flow();
    expect(await g.check('11:30')).toEqual(BALANCED);
  });
});

test('an arrival that steps back behind an hour that is over counts in the next one, and takes nothing away', async () => {
  const g = booksGiven();
  for (const arrival of ['9:58', '9:59', '10:02', '9:57', '11:02']) g.come(arrival);
  await g.flow({ most: 1, to: 'head' });
  const items = g.table.items().filter((i) => i.pk.startsWith('book#'));
  expect(items.map((i) => [Number(i.sk.split('#')[0]) - at('9:00') / 3_600_000, i.in])).toEqual([
    [0, 2],
    [1, 2],
  ]);
});

test('what stands in the books hangs on no border of a batch and on no redelivery', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ most: fc.integer({ min: 1, max: 5 }), again: fc.boolean() }), {
        minLength: 3,
        maxLength: 3,
      }),
      async (hows) => {
        const g = booksGiven();
        const wanted: number[][] = [[], [], [], [], []].map(() => [0, 0, 0]);
        let minute = 0;
        for (const how of hows) {
          for (let i = 0; i < 6; i++, minute += 17) {
            const hour = Math.floor(minute / 60);
            const bad = minute % 2 === 0;
            g.come(`${9 + hour}:${minute % 60}`, bad ? { bad } : {});
            const [seen = 0, passed = 0, rejected = 0] = wanted[hour] ?? [];
            wanted[hour] = [seen + 1, passed + (bad ? 0 : 1), rejected + (bad ? 1 : 0)];
          }
          await g.flow({ ...how, to: 'head' });
        }
        const items = g.table.items().filter((i) => i.pk.startsWith('book#'));
        // The last hour is not over.
        expect(items.map((i) => [i.in, i.passed, i.rejected])).toEqual(wanted.slice(0, -1));
      },
    ),
    { numRuns: 20 },
  );
});

describe('after the ledger table was restored to an earlier instant', () => {
  /** What the given-up table decided since: a late event that stands in the store, and that the restored ledger has not read again yet. */
  const restored = async () => {
    const g = booksGiven();
    await g.check('8:30');
    g.come('9:10');
    await g.flow();
    g.come('9:40');
    await g.flow();
    const instant = g.table.items();
    g.come('9:41', {}, { late: 30 });
    await g.flow();
    expect(await g.lines('late')).toHaveLength(1);
    const into = memoryTable('ledger-2');
    await bringBack({
      items: instant,
      newer: { table: g.table, items: () => g.table.items() },
      refined: () => [],
      into,
      objects: g.objects,
      run: '1',
      now: at('9:50'),
    });
    return { g, into };
  };

  test('what its decisions put into the stores is not counted before it is decided again', async () => {
    const { g, into } = await restored();
    const check = checkBooks({
      plan: g.plan,
      raw: memoryStream(g.raw),
      table: into,
      objects: g.objects,
      clock: g.clock,
      run: '1',
    });
    g.clock.set(at('9:55'));
    expect(await check(at('9:55'), plenty)).toMatchObject({ measures: { BooksOutOfBalance: 0 } });
  });

  test('a late event that is missing in the store is found as before', async () => {
    const g = await hourWithEveryDoor();
    await g.table.put(
      homeItem('1', { table: g.table.name, epoch: 1, fences: [{ fn: 'aggregate/enriched', from: '9', to: '99' }] }),
    );
    await g.objects.delete((await g.objects.list('late/')).map((o) => o.key));
    expect((await g.check('10:30')).outOfBalance).toBe(1);
  });
});
