import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { discard, keepFixes, tryRepair } from '../../local/failed/fix.ts';
import { byFunction, byPatch, bySchema } from '../../local/failed/repair.ts';
import { isTooLate, planResubmit } from '../../local/failed/resubmit.ts';
import { type Known, selectEntries } from '../../local/failed/select.ts';
import { sendAgain } from '../../local/failed/send-again.ts';
import type { Enrichment } from '../../shared/pipeline.ts';
import { minutes } from '../../shared/time.ts';
import { buildOf, type Given, given, orderEvent } from './given.ts';

const sqlOf = (lateness: string): string => `
CREATE TABLE orders (order_id STRING, store STRING, note STRING, extra ROW<tag STRING>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
  WITH ('connector' = 'kinesis', 'millrace.type' = 'order.v1');
CREATE TABLE counts (store STRING, s TIMESTAMP(3), n BIGINT, tags BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb');
CREATE TABLE sums (store STRING, s TIMESTAMP(3), n BIGINT, PRIMARY KEY (store, s) NOT ENFORCED) WITH ('connector' = 'dynamodb', 'millrace.lateness' = '${lateness}');
CREATE TABLE parsed (order_id STRING, n BIGINT, PRIMARY KEY (order_id) NOT ENFORCED) WITH ('connector' = 'dynamodb');
INSERT INTO counts SELECT store, window_start, COUNT(*), COUNT(extra.tag)
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
INSERT INTO sums SELECT store, window_start, SUM(CAST(note AS BIGINT))
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY store, window_start, window_end;
INSERT INTO parsed SELECT order_id, CAST(note AS BIGINT) FROM orders;
`;
const START = Date.parse('2026-03-02T08:00:00Z');
const strict = (data: unknown) =>
  Object.keys(data as object).every((k) => ['order_id', 'store', 'note', 'ts'].includes(k))
    ? null
    : { field: '', cause: 'must NOT have additional properties', value: null };
const tagged = (throws: boolean): Enrichment => ({
  kind: 'pure',
  name: 'tag',
  on: ['order.v1'],
  as: 'extra',
  apply: (data) => {
    if (throws && data.note === '13') throw new Error('13 brings bad luck');
    return { tag: 'x' };
  },
});
const build = (lateness = '0 s', throws = false) => buildOf(sqlOf(lateness), strict, [tagged(throws)]);
const order = (i: number, note: string, at: number) => ({
  key: 'oslo',
  event: orderEvent({ order_id: `o-${i}`, store: 'oslo', note, ts: new Date(at).toISOString() }, `o-${i}`, at),
});

const dir = mkdtempSync(join(tmpdir(), 'millrace-later-'));
afterAll(() => rmSync(dir, { recursive: true }));
const written = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const send = async (g: Given, known: readonly Known[]) => {
  const plan = await planResubmit(g.stage, known, true);
  for (const by of ['ada', 'grace']) {
    await sendAgain(g.stage, plan.planned, by);
    await g.play();
  }
  await g.play(true);
  return plan;
};
const rejected = (g: Given) => selectEntries(g.stage, 'rejected', {});
const rowOf = (g: Given, table: string) =>
  g
    .rows()
    .filter((r) => r.startsWith(table))
    .map((r) => JSON.parse(r.slice(r.indexOf('{'))));

test('what one query failed on comes again for that query alone: the others have counted it', async () => {
  const g = given(build(), new Date(START).toISOString());
  g.send([order(1, '1', START), order(2, 'two', START + 1), order(3, '3', START + 2)]);
  await g.play();
  const known = await rejected(g);
  expect(known.map((k) => `${k.entry.stage} ${k.entry.rule}`).sort()).toEqual([
    'aggregate-enriched query.threw',
    'transform query.threw',
  ]);
  const patch = byPatch(written('note.json', '[{"op":"replace","path":"/data/note","value":"2"}]'));
  expect(await keepFixes(g.stage, await tryRepair(g.stage, known, patch), patch.how, 'ada')).toBe(2);
  await send(g, await rejected(g));
  await g.end();
  expect(rowOf(g, 'counts')).toEqual([expect.objectContaining({ n: 3, tags: 3 })]);
  expect(rowOf(g, 'sums')).toEqual([expect.objectContaining({ n: 6 })]);
  expect(rowOf(g, 'parsed').map((r) => r.n)).toEqual([1, 2, 3]);
  expect(await g.unbalanced()).toEqual([]);
  expect(await g.doorsOf('counts')).toEqual([3, 3, 0, 0, 0]);
  expect(await g.doorsOf('sums')).toEqual([4, 3, 0, 0, 1]);
});

test('what an enrichment threw on comes again for all, by the repaired build', async () => {
  const g = given(build('0 s', true), new Date(START).toISOString());
  g.send([order(1, '1', START), order(2, '13', START + 1)]);
  await g.play();
  const known = await rejected(g);
  expect(known.map((k) => k.entry.rule)).toEqual(['enrichment.threw']);
  g.deploy(build());
  expect(await keepFixes(g.stage, await tryRepair(g.stage, known, bySchema), bySchema.how, 'ada')).toBe(1);
  await send(g, await rejected(g));
  await g.end();
  expect(rowOf(g, 'counts')).toEqual([expect.objectContaining({ n: 2, tags: 2 })]);
  expect(rowOf(g, 'parsed').map((r) => r.n)).toEqual([1, 13]);
  // It passed; nothing can repair it once more.
  expect((await tryRepair(g.stage, await rejected(g), bySchema)).map((t) => t.why)).toEqual([
    expect.stringMatching(/^it passed already, at shardId-/),
  ]);
});

describe('late events', () => {
  const lateFor = async (lateness: string) => {
    const g = given(build(lateness), new Date(START).toISOString(), 1);
    g.clock.set(START + minutes(10));
    g.send([order(1, '1', START + minutes(9)), order(2, '2', START + minutes(9))]);
    await g.play();
    g.send([order(3, '3', START)]);
    await g.play();
    return g;
  };

  test('are too late as long as nothing changed', async () => {
    const g = await lateFor('0 s');
    const known = await selectEntries(g.stage, 'late', {});
    expect(known.map((k) => k.entry.query?.replace(/-[^-]*$/, '')).sort()).toEqual(['counts', 'sums']);
    const { planned } = await planResubmit(g.stage, known, false);
    expect(planned.map(isTooLate)).toEqual([true, true]);
  });

  test('are refused when their query changed: with another lateness it is another one, whose windows began empty', async () => {
    const g = await lateFor('0 s');
    g.deploy(build('1 h'));
    const { planned, left } = await planResubmit(
      g.stage,
      await selectEntries(g.stage, 'late', { query: 'sums' }),
      false,
    );
    expect(planned).toEqual([]);
    expect(left.map((l) => l.why)).toEqual([
      expect.stringMatching(/^query sums-\w+ is not in this build: .*; use millrace replay$/),
    ]);
  });
});

describe('repairs that are none', () => {
  const one = async () => {
    const g = given(build(), new Date(START).toISOString());
    g.send([{ key: 'oslo', event: { ...order(1, '1', START).event, type: 'oder.v1' } }]);
    await g.play();
    return { g, known: await rejected(g) };
  };
  test.each([
    [
      'a patch of a field that is not there',
      '[{"op":"remove","path":"/data/color"}]',
      /operation 1 \(remove \/data\/color\) does not apply/,
    ],
    [
      'a patch that leaves it wrong',
      '[{"op":"add","path":"/data/note","value":"2"}]',
      /event.unknown-type at \/type: /,
    ],
  ])('%s', async (_, text, why) => {
    const { g, known } = await one();
    const [tried] = await tryRepair(g.stage, known, byPatch(written('p.json', text)));
    expect(tried).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
    expect(await keepFixes(g.stage, tried ? [tried] : [], 'x', 'ada')).toBe(0);
  });
  test.each([
    [
      'throws',
      'export default () => { throw new Error("no"); };',
      { kind: 'refused', why: expect.stringMatching(/threw: no$/) },
    ],
    [
      'returns nothing',
      'export default () => {};',
      { kind: 'refused', why: expect.stringMatching(/returned nothing/) },
    ],
    ['leaves it', 'export default () => null;', { kind: 'skipped' }],
  ])('a function that %s', async (name, text, outcome) => {
    const { g, known } = await one();
    const repair = await byFunction(written(`${name.replaceAll(' ', '-')}.ts`, text));
    expect(await tryRepair(g.stage, known, repair)).toMatchObject([outcome]);
  });
  test.each([
    ['no JSON', '[{', /p\.json is not JSON/],
    ['no list', '{"op":"add"}', /is no JSON Patch; write \[/],
    [
      'an unknown operation',
      '[{"op":"put","path":"/a"},{"op":"add","path":"a"}]',
      /operation 1: op is "put".*; operation 2: path is "a"/,
    ],
  ])('a patch file with %s', (_, text, said) => {
    expect(() => byPatch(written('p.json', text))).toThrow(said);
  });

  test('what is discarded says why, and is sent no more; what nobody repaired is not sent', async () => {
    const { g, known } = await one();
    expect((await planResubmit(g.stage, known, true)).left.map((l) => l.why)).toEqual([
      'nothing is repaired yet: millrace failed fix',
    ]);
    await discard(g.stage, known, 'a test of ours', 'ada');
    const [after] = await rejected(g);
    expect(after?.state).toMatchObject({ kind: 'discarded', reason: 'a test of ours', by: 'ada' });
    expect((await planResubmit(g.stage, await rejected(g), true)).left.map((l) => l.why)).toEqual([
      'discarded: a test of ours',
    ]);
  });
});
