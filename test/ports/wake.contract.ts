// What every Wake must do.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Wake } from '../../shared/ports.ts';

export type GivenWake = {
  readonly wake: Wake;
  /** Bodies of messages that can be received now, or after their delay where the adapter keeps them. */
  readonly received: () => Promise<readonly string[]>;
};

export const wakeContract = (given: () => Promise<GivenWake>): void => {
  describe('a wake-up', () => {
    let queue: GivenWake;
    beforeAll(async () => {
      queue = await given();
    });

    test('a message arrives with its body', async () => {
      const bodies = [`{"part":0,"id":"${randomUUID()}"}`, `<a> & "Zürich" ${randomUUID()}`];
      for (const body of bodies) await queue.wake.send(body);
      expect([...(await queue.received())].sort()).toEqual([...bodies].sort());
    });

    test('a message may ask to come later', async () => {
      const body = randomUUID();
      await queue.wake.send(body, 1);
      expect(await queue.received()).toEqual([body]);
    });
  });
};
