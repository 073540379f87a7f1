// The real steps on ports in memory under random schedules: crashes, lost answers, zombies, reshards. `npm run chaos` plays more.
import { describe, expect, test } from 'vitest';
import { ALL_FAULTS, FAULT_NAMES, NO_FAULTS } from '../../local/chaos/faults.ts';
import { playOne } from '../../local/chaos/play-one.ts';

const struck = { ...NO_FAULTS };
const play = async (seed: number, faults = ALL_FAULTS): Promise<readonly string[]> => {
  const played = await playOne(seed, faults);
  for (const name of FAULT_NAMES) struck[name] += played.struck[name];
  return played.wrong;
};
const seeds = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('every event counts once, in every window it was in time for', () => {
  test.each(seeds(5))('schedule %i without faults', async (seed) => {
    expect(await play(seed, NO_FAULTS)).toEqual([]);
  });

  test.each(seeds(50))('schedule %i with every fault', async (seed) => {
    expect(await play(seed)).toEqual([]);
  });

  test.each([1, 8, 10, 13, 14])('schedule %i with days of silence right after a reshard', async (seed) => {
    expect(await play(seed, { ...ALL_FAULTS, silence: 1, redeploy: 0 })).toEqual([]);
  });

  test('every fault struck in these schedules', () => {
    expect(FAULT_NAMES.filter((name) => struck[name] === 0)).toEqual([]);
  });

  test('the same seed plays the same schedule', async () => {
    const [a, b] = [await playOne(7, ALL_FAULTS), await playOne(7, ALL_FAULTS)];
    expect(a.trace).toEqual(b.trace);
  });
});
