import { expect, test } from 'vitest';
import { secondTemplate } from '../../local/replay/second-template.ts';
import { isCaughtUp, showReplay, showReplays } from '../../local/replay/show-replay.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { NO_PROGRESS, type Progress, type Replay } from '../../shared/steps/replay/control.ts';
import { replayPlan } from '../../shared/steps/replay/plan-of.ts';
import { minutes, seconds } from '../../shared/time.ts';
import { AT, OLD_PLAN, REPLAY } from './given.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const now = AT + minutes(10);
const at = (progress: Partial<Progress>, more: Partial<Replay> = {}): Replay => ({
  ...REPLAY,
  run: '2',
  ...more,
  progress: { ...NO_PROGRESS, updated: now - seconds(1), ...progress },
});

test.each<[string, Replay, string]>([
  ['nothing yet', at({}), 'run 2, running: 0 records, nothing read yet'],
  [
    'a quarter of an hour of history in ten minutes: three more to go at this speed',
    at({ records: 5_000, first: AT - minutes(5), at: AT + minutes(5), speed: 80 }),
    'run 2, running: 5000 records, 66.7 %, at 2026-01-05T09:05:00Z, 80 a second, 5 min left',
  ],
  [
    'there',
    at({ records: 9, first: AT, at: now, caughtUp: true }),
    'run 2, running: 9 records, caught up with live traffic',
  ],
  [
    'the end that was asked for',
    at({ records: 9, ended: true }),
    'run 2, running: 9 records, to the end that was asked for',
  ],
])('%s', (_what, replay, line) => {
  expect(showReplay(replay, now)).toBe(line);
});

test('who is paused, or was not heard of lately, has not caught up', () => {
  const there = { records: 9, first: AT, at: now, caughtUp: true };
  expect(isCaughtUp(at(there), now)).toBe(true);
  expect(isCaughtUp(at(there, { state: 'paused' }), now)).toBe(false);
  expect(isCaughtUp(at({ ...there, updated: now - minutes(1) }), now)).toBe(false);
});

test('the status says whom readers see', () => {
  const text = showReplays([at({})], { minutes: { run: '2', results: 'results-2' } }, now);
  expect(text.split('\n')[1]).toBe('  minutes: readers see run 2');
  expect(showReplays([], {}, now)).toBe('no replay');
});

test('a replay of a query runs what it reads and what reads it, and switches the tables of both', () => {
  const of = (name: string) => {
    const { plan, tables } = replayPlan(OLD_PLAN, name);
    return [plan.queries.map((q) => q.name).sort(), tables];
  };
  expect(of('tens')).toEqual([
    ['minutes', 'tens'],
    ['tens', 'minutes'],
  ]);
  expect(of('minutes')).toEqual([['minutes', 'tens'], ['minutes']]);
  expect(of('visits')).toEqual([['visits'], ['visits']]);
});

test('a second run shares raw and the reference table with the stage, and nothing else', () => {
  const first = readTemplate({ root: ROOT, stage: 'prod' });
  const second = secondTemplate(first, '2');
  const names = (t: typeof first) => [...t.streams, ...t.tables, ...t.buckets, ...t.queues].map((r) => r.name);
  const theirs = new Set(names(first));
  expect(names(second).filter((name) => theirs.has(name))).toEqual(['millrace-prod-raw', 'millrace-prod-reference']);
  for (const fn of second.functions) {
    expect(fn.environment.RUN).toBe('2');
    const shared = Object.entries(fn.environment).filter(([, value]) => theirs.has(value.split('/').at(-1) ?? ''));
    expect(shared.map(([name]) => name).filter((name) => !['RAW_STREAM', 'REFERENCE_TABLE'].includes(name))).toEqual(
      [],
    );
  }
});
