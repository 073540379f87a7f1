import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryTable } from '../../shared/memory/table.ts';
import type { Table } from '../../shared/ports.ts';
import { newReplay, readReplay, setState } from '../../shared/steps/replay/control.ts';
import { isServed, readServing, servedFrom } from '../../shared/steps/replay/serving.ts';
import { cancel, type SwitchDeps, switchBack, switchTo } from '../../shared/steps/replay/switch.ts';
import { REPLAY } from './given.ts';

const OWN = 'results';
let nonce = 0;
const stage = async (more = {}) => {
  const [table, results] = [memoryTable('ledger'), memoryTable(OWN)];
  await newReplay(table, { ...REPLAY, run: '2', tables: ['minutes', 'visits'], ...more });
  const deps: SwitchDeps = { table, results, nonce: () => `n${nonce++}` };
  return { table, results, deps };
};

test('a switch moves all tables of the replay at once, twice changes nothing, and back brings the rows of before', async () => {
  const { results, deps } = await stage();
  expect(await switchTo(deps, '2')).toBe('switched');
  const after = await readServing(results);
  expect([servedFrom(after, 'minutes', OWN), servedFrom(after, 'visits', OWN)]).toEqual(['results-2', 'results-2']);
  expect(servedFrom(after, 'others', OWN)).toBe(OWN);
  expect(await switchTo(deps, '2')).toBe('switched');
  expect(await readServing(results)).toEqual(after);
  expect(await switchBack(deps, '2')).toBe('back');
  expect(servedFrom(await readServing(results), 'minutes', OWN)).toBe(OWN);
});

test('a replay that readers see is not cancelled, one that was cancelled is not switched, twice is once', async () => {
  const { table, deps } = await stage();
  let removed = 0;
  const remove = async () => void removed++;
  await switchTo(deps, '2');
  expect(await cancel(deps, '2', remove)).toBe('served');
  await switchBack(deps, '2');
  expect(await cancel(deps, '2', remove)).toBe('cancelled');
  expect(await readReplay(table, '2')).toBe(undefined);
  expect(await cancel(deps, '2', remove)).toBe('gone');
  expect(await switchTo(deps, '2')).toBe('gone');
  expect(removed).toBe(1);
});

test('a cancel that stopped in the middle is gone on with', async () => {
  const { table, deps } = await stage();
  await expect(cancel(deps, '2', () => Promise.reject(new Error('the machine is off')))).rejects.toThrow('off');
  expect((await readReplay(table, '2'))?.state).toBe('cancelling');
  expect(await switchTo(deps, '2')).toBe('cancelling');
  expect(await cancel(deps, '2', async () => {})).toBe('cancelled');
});

/** Each call waits until the schedule lets it through. */
const gated = (waiting: (() => void)[]) => {
  return <T extends Table>(table: T): Table =>
    new Proxy(table, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          await new Promise<void>((go) => waiting.push(go));
          return (value as (...a: unknown[]) => unknown).apply(target, args);
        };
      },
    });
};
const settled = () => new Promise((done) => setImmediate(done));

test('switches and cancels at the same time, in any order of their calls: readers never see a run that was removed', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat()), async (draws) => {
      const { table, results } = await stage();
      const waiting: (() => void)[] = [];
      const wrap = gated(waiting);
      const own = () => ({ table: wrap(table), results: wrap(results), nonce: () => `n${nonce++}` });
      let removed = false;
      const acts = [
        switchTo(own(), '2'),
        switchTo(own(), '2'),
        cancel(own(), '2', async () => {
          expect(isServed(await readServing(results), '2')).toBe(false);
          removed = true;
        }),
      ];
      let open = acts.length;
      for (const act of acts) void act.finally(() => open--);
      await settled();
      while (open > 0) {
        const next = waiting.splice((draws.next().value as number) % Math.max(1, waiting.length), 1)[0];
        next?.();
        await settled();
      }
      const outcomes = await Promise.all(acts);
      seen.add(outcomes.join());
      expect(isServed(await readServing(results), '2') && removed).toBe(false);
      expect(removed).toBe(outcomes[2] === 'cancelled');
    }),
    { numRuns: 400 },
  );
  expect([...seen].some((s) => s.includes('cancelled'))).toBe(true);
  expect([...seen].some((s) => s.startsWith('switched,switched'))).toBe(true);
});

test('a pause is kept when it comes first', async () => {
  const { table } = await stage();
  expect(await setState(table, '2', 'running', 'paused')).toBe(true);
  expect(await setState(table, '2', 'running', 'paused')).toBe(false);
});
