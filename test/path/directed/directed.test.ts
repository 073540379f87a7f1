// Schedules placed by hand, for what random ones seldom meet. Each takes one protection's worst case.
import { expect, test } from 'vitest';
import { schedules } from './schedules.ts';

test.each(Object.entries(schedules))('%s', async (_, play) => {
  expect(await play()).toEqual([]);
});
