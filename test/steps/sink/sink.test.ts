import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/faults.ts';
import { manualClock } from '../../../shared/memory/clock.ts';
import { memoryStream } from '../../../shared/memory/stream.ts';
import { memoryTable } from '../../../shared/memory/table.ts';
import type { Table } from '../../../shared/ports.ts';
import { dynamoRows, itemOf } from '../../../shared/steps/sink/dynamo-rows.ts';
import { forward } from '../../../shared/steps/sink/forward.ts';
import { upsert } from '../../../shared/steps/sink/upsert.ts';
import { destinationContract, sinkRow } from '../../ports/destination.contract.ts';
import {
  AT,
  batchesOf,
  deliver,
  linesUnder,
  newLog,
  newPorts,
  noWait,
  plenty,
  RUN,
  row,
  send,
} from '../stage-given.ts';
import { memoryDestination } from './given.ts';

const moodyTable = (of: Table) => {
  const mood = { throttled: 0, lost: false };
  const put = async (...args: Parameters<Table['put']>) => {
    if (mood.throttled-- > 0) throw new Fault('table.throttled', 'slow down');
    const written = await of.put(...args);
    if (!mood.lost) return written;
    mood.lost = false;
    throw new Fault('table.unavailable', 'no answer');
  };
  return { mood, table: { ...of, put } as Table };
};

destinationContract('a DynamoDB table', async () => {
  const results = memoryTable();
  const { mood, table } = moodyTable(results);
  return {
    destination: dynamoRows(table),
    table: 't',
    holds: 'keyed',
    throttle: (calls) => {
      mood.throttled = calls;
    },
    loseAnswer: () => {
      mood.lost = true;
    },
    content: async () => results.items().flatMap((i) => (i.row === undefined ? [] : [JSON.parse(i.row as string)])),
    poison: sinkRow('t', 'p', 1, { s: 'x'.repeat(500_000) }),
  };
});
destinationContract('the memory of these tests', async () => {
  const m = memoryDestination();
  return {
    destination: m.destination,
    table: 't',
    holds: 'keyed',
    content: async () => m.standing().map((r) => JSON.parse(r.row as string)),
    throttle: (calls) => m.fail(...Array<'throttled'>(calls).fill('throttled')),
    throttleSome: () => m.fail('half'),
    loseAnswer: () => m.fail('lost'),
  };
});

const tables = new Map([['totals', { name: 'totals', primaryKey: ['k'] }]]);

const world = (kind: 'upsert' | 'forward', m = memoryDestination(kind === 'forward' ? { atOnce: 1 } : {})) => {
  const ports = newPorts();
  const log = newLog('refined', 2);
  const common = { stage: 's', tables, destination: m.destination, rejected: ports.bucket, run: RUN, patience: noWait };
  const step = () =>
    kind === 'upsert'
      ? upsert(common)
      : forward({
          ...common,
          from: memoryStream(log),
          table: ports.table,
          clock: manualClock(AT),
          nonce: () => String(Math.random()),
          groups: 4,
        });
  return { ...ports, ...m, log, step };
};
/** Revision n of the row of a key. */
const revision = (n: number, k: string) => row(n, 'totals', { k, n }, { key: k, id: `q-1|${k}` });

describe.each(['upsert', 'forward'] as const)('%s', (kind) => {
  test('rows of other tables are nobody’s', async () => {
    const w = world(kind);
    await send(w.log, [row(1, 'others', { k: 'a' }), row(2, 'totals', { k: 'a' })]);
    await deliver(w.step, batchesOf(w.log, 100));
    expect(w.messages).toHaveLength(1);
  });

  test('in any batch borders, delivered twice, with calls that fail: the newest revision of each key stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.constantFrom('throttled', 'lost', 'half'), { maxLength: 6 }),
        async (keys, size, troubles) => {
          const w = world(kind);
          for (const [i, k] of keys.entries()) await send(w.log, [revision(i + 1, k)]);
          w.fail(...(troubles as never[]));
          const batches = batchesOf(w.log, size);
          await deliver(w.step, batches);
          await deliver(w.step, batches);
          const newest = Object.fromEntries(keys.map((k, i) => [k, i + 1]));
          const standing = Object.fromEntries(
            w.standing().map((r) => [JSON.parse(r.key)[0], JSON.parse(r.row as string).n]),
          );
          expect(standing).toEqual(newest);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a row that is never taken goes to rejected, its neighbours are written', async () => {
    const w = world(kind);
    w.poison((r) => r.key === '["c"]');
    await send(
      w.log,
      [...'abcde'].map((k, i) => revision(i + 1, k)),
    );
    await deliver(w.step, batchesOf(w.log, 100));
    expect(
      w
        .standing()
        .map((r) => r.key)
        .sort(),
    ).toEqual(['["a"]', '["b"]', '["d"]', '["e"]']);
    const lines = await linesUnder(w.bucket, 'rejected/');
    expect(lines.map((l) => [l.stage, l.rule])).toEqual([['s', 'destination.refused']]);
  });

  test('a destination that is down: nothing before the failure is lost, and the batch comes again from there', async () => {
    const w = world(kind);
    await send(w.log, [revision(1, 'a'), revision(2, 'b')]);
    w.fail('throttled', 'throttled', 'throttled');
    const batch = batchesOf(w.log, 100).find((b) => b.records.length > 0)!;
    const progress = await w.step()(batch, plenty);
    expect(progress).toMatchObject({ done: 0, fault: { code: 'destination.throttled' } });
  });

  test('short of time it stops before the next call', async () => {
    const w = world(kind, memoryDestination({ most: { rows: 1, bytes: 100 }, atOnce: 1 }));
    await send(w.log, [revision(1, 'a')]);
    await send(w.log, [revision(2, 'a2')]);
    const batch = batchesOf(w.log, 100).find((b) => b.records.length > 0)!;
    let asked = 0;
    const progress = await w.step()(batch, { remainingMs: () => (asked++ === 0 ? 1_000 : 100) });
    expect(progress).toMatchObject({ done: 0 });
    expect(progress.fault).toBeUndefined();
    expect(w.messages).toEqual([]);
  });
});

test.each(['upsert', 'forward'] as const)(
  '%s: refused rows stay among the rejected, however far the same batch got before and after',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        async (callsInTime, isRefused) => {
          const w = world(kind, memoryDestination({ most: { rows: 1, bytes: 100 }, atOnce: 1 }));
          w.poison((r) => isRefused[Number(JSON.parse(r.key)[0])] === true);
          // Two rows a record: time may run out within one.
          for (const n of [0, 2, 4]) await send(w.log, [revision(n + 1, String(n)), revision(n + 2, String(n + 1))]);
          const batch = batchesOf(w.log, 100).find((b) => b.records.length > 0)!;
          const kept = async () =>
            [...new Set((await linesUnder(w.bucket, 'rejected/')).map((l) => l.position as string))].length;
          const short = (calls: number) => {
            let asked = 0;
            return { remainingMs: () => (asked++ <= 2 * calls ? 1_000 : 100) };
          };
          let least = 0;
          for (const budget of [...callsInTime.map(short), plenty, ...callsInTime.map(short)]) {
            await w.step()(batch, budget);
            expect(await kept()).toBeGreaterThanOrEqual(least);
            least = await kept();
          }
          expect(least).toBe(isRefused.filter((yes) => yes).length);
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('the item of an early row says so, that of its final does not', () => {
  const row = { table: 't', key: '["k"]', version: '1', id: 'i', row: '{}', source: 'q', time: '', arrival: 0 };
  expect(itemOf({ ...row, early: true })).toMatchObject({ early: true });
  expect(itemOf({ ...row, early: false })).not.toHaveProperty('early');
});

test('upsert: of the revisions of a key in one batch only the newest is written', async () => {
  const w = world('upsert');
  await send(w.log, [revision(1, 'a'), revision(3, 'a'), revision(2, 'a')]);
  await deliver(w.step, batchesOf(w.log, 100));
  expect(w.messages.map((r) => JSON.parse(r.row as string).n)).toEqual([3]);
});

test('forward: every revision is sent once, in its key’s order, though batches come twice', async () => {
  const w = world('forward', memoryDestination({ most: { rows: 3, bytes: 1_000 }, atOnce: 1 }));
  for (let n = 1; n <= 40; n++) await send(w.log, [revision(n, `k${n % 5}`)]);
  const batches = batchesOf(w.log, 7);
  w.fail('half', 'throttled', 'half');
  await deliver(w.step, batches);
  await deliver(w.step, batches);
  const sent = w.messages.map((r) => [r.key, JSON.parse(r.row as string).n] as const);
  expect(sent.map(([, n]) => n).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  for (const key of new Set(sent.map(([k]) => k))) {
    const mine = sent.filter(([k]) => k === key).map(([, n]) => n);
    expect(mine).toEqual([...mine].sort((a, b) => a - b));
  }
});

test('forward: a row that refine sent again after a crash is below the lane’s mark', async () => {
  const w = world('forward');
  await send(w.log, [revision(1, 'a'), revision(2, 'a')]);
  await send(w.log, [revision(1, 'a'), revision(2, 'a'), revision(3, 'a')]);
  await deliver(w.step, batchesOf(w.log, 1));
  expect(w.messages.map((r) => JSON.parse(r.row as string).n)).toEqual([1, 2, 3]);
});

test.each(['upsert', 'forward'] as const)('%s tells how many rows it took, wrote and refused', async (kind) => {
  const w = world(kind);
  w.poison((r) => r.key === '["c"]');
  await send(
    w.log,
    [...'abcd'].map((k, i) => row(i + 1, 'totals', { k }, { key: 'same' })),
  );
  const batch = batchesOf(w.log, 100).find((b) => b.records.length > 0)!;
  expect((await w.step()(batch, plenty)).told).toEqual({
    measures: { EventsIn: 4, EventsPassed: 3, EventsRejected: 1 },
  });
});
