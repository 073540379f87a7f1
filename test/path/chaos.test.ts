// The real steps on ports in memory under random schedules: crashes, lost answers, zombies, reshards. `npm run chaos` plays more.
import { describe, expect, test } from 'vitest';
import { judge } from '../../local/chaos/judge.ts';
import { ALL_FAULTS, NO_FAULTS, World } from '../../local/chaos/world.ts';

const play = async (seed: number, faults = ALL_FAULTS): Promise<readonly string[]> => {
  const world = new World(seed, faults);
  await world.play();
  return judge(world);
};

describe('every event counts once, in every window it was in time for', () => {
  test.each(Array.from({ length: 10 }, (_, i) => i + 1))('schedule %i without faults', async (seed) => {
    expect(await play(seed, NO_FAULTS)).toEqual([]);
  });

  test.each(Array.from({ length: 60 }, (_, i) => i + 1))('schedule %i with every fault', async (seed) => {
    expect(await play(seed)).toEqual([]);
  });
});
