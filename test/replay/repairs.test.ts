// Events that operators put right, in a run that reads the past once more: each counts once.
import { describe, expect, test } from 'vitest';
import { position } from '../../shared/lanes/position.ts';
import { keyAt } from '../../shared/steps/replay/repairs.ts';
import { authorise, envelope } from '../../shared/steps/resubmit.ts';
import { minutes } from '../../shared/time.ts';
import { lenient, newRun, OLD_PLAN, rest, rowsIn, type StageGiven, stageGiven } from './given.ts';

const EVENTS = 1_000;
const isBad = (i: number): boolean => i % 10 < 3;

/** What stands in `raw` and is broken -> repaired and sent again, twice. */
const putRight = async ({ raw, old, clock }: StageGiven): Promise<number> => {
  let sent = 0;
  for (const { id } of raw.shards())
    for (const { seq, arrival, data, partitionKey } of raw.read(id, null, 100_000).records) {
      const text = Buffer.from(data).toString();
      if (!text.startsWith('{"spec') || !text.includes('"bad":true')) continue;
      const payload = Buffer.from(text.replace(',"bad":true', ''));
      const key = keyAt(id, position(seq, 0));
      await authorise(old.table, '1', {
        key,
        payload,
        again: { shard: id, seq: seq.padStart(56, '0'), index: 0, arrival },
      });
      for (const _ of [1, 2]) raw.put({ partitionKey, data: envelope(key, payload) });
      await old.table.put({ pk: 'fix#1', sk: key, kind: 'resubmitted', at: clock.now() });
      sent++;
    }
  return sent;
};
const broken = (): StageGiven => {
  const g = stageGiven();
  for (let i = 0; i < EVENTS; i++) {
    g.clock.advance(5);
    g.click(`k${i % 7}`, 1 + (i % 9), 0, isBad(i) ? { bad: true } : {});
  }
  return g;
};
const play = async (g: StageGiven): Promise<void> => {
  for (let i = 0; i < 3; i++) await g.live(true, 10_000);
};
const end = async (g: StageGiven): Promise<void> => {
  for (const _ of [1, 2, 3]) {
    g.clock.advance(minutes(3));
    g.tick();
  }
  await play(g);
  await rest(g.steps);
};
/** Events that came through `validate` of a run: what it says it counted. */
const counted = (rows: readonly string[]): number =>
  rows.filter((r) => r.startsWith('visits ')).reduce((sum, r) => sum + Number(/"n":"?(\d+)/.exec(r)?.[1]), 0);

const schemas = [
  ['the schema as it was', false],
  ['a schema that lets the originals pass', true],
] as const;

describe('300 of 1,000 events broken, repaired and sent again twice', () => {
  test.each(schemas)('before the replay, with %s: the rows of the live run', async (_, repaired) => {
    const g = broken();
    await play(g);
    expect(await putRight(g)).toBe(300);
    await play(g);
    await end(g);
    expect(counted(rowsIn(g.old.results))).toBe(EVENTS);
    await g.newReplay();
    const run = newRun('2', OLD_PLAN, g.clock, 2);
    const second = () => g.second(run, undefined, { ...(repaired && { judge: lenient(OLD_PLAN) }) });
    let feeding = second();
    for (let i = 0; (await feeding.feed()) !== 'idle'; i++) if (i % 7 === 0) feeding = second();
    await rest(feeding);
    expect(rowsIn(run.results)).toEqual(rowsIn(g.old.results));
  });

  test.each(schemas)('while the replay is under way, with %s: each counts once', async (_, repaired) => {
    const g = broken();
    await play(g);
    await g.newReplay();
    const run = newRun('2', OLD_PLAN, g.clock, 2);
    const second = g.second(run, undefined, { ...(repaired && { judge: lenient(OLD_PLAN) }) });
    while ((await second.feed()) !== 'idle');
    await putRight(g);
    await play(g);
    await end(g);
    while ((await second.feed()) !== 'idle');
    await rest(second);
    expect(counted(rowsIn(run.results))).toBe(EVENTS);
    expect(rowsIn(run.results)).toEqual(rowsIn(g.old.results));
  });
});
