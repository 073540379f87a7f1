import { describe, expect, test } from 'vitest';
import type { DeliveryFault } from '../../local/poller/faults.ts';
import { FLAT_OUT } from '../../local/poller/pace.ts';
import { given } from './given-mapping.ts';

const lost = (then: 'kill' | 'repeat' | 'zombie', take?: number): DeliveryFault => ({
  ...{ then },
  ...(take !== undefined && { take }),
});
/** The n-th delivery suffers the n-th fault. */
const script = (...faults: (DeliveryFault | undefined)[]) => ({ deliver: () => faults.shift() });

describe('what a test can do to a delivery', () => {
  test.each<[string, (DeliveryFault | undefined)[], string[][], number]>([
    ['other borders', [{ take: 1 }, { take: 2 }], [['a'], ['b', 'c'], ['d']], 0],
    [
      'a lost answer',
      [lost('repeat')],
      [
        ['a', 'b', 'c', 'd'],
        ['a', 'b', 'c', 'd'],
      ],
      0,
    ],
    [
      'a crash before the checkpoint',
      [lost('kill')],
      [
        ['a', 'b', 'c', 'd'],
        ['a', 'b', 'c', 'd'],
      ],
      1,
    ],
    [
      'redelivery with other borders',
      [lost('kill', 2), lost('repeat', 3), { take: 1 }],
      [['a', 'b'], ['a', 'b', 'c'], ['a'], ['b', 'c', 'd']],
      1,
    ],
  ])('%s', async (_, faults, calls, drops) => {
    const g = given({ pace: FLAT_OUT, faults: script(...faults) });
    g.put('a', 'b', 'c', 'd');
    g.mapping.start();
    await g.rest();
    expect([g.calls, g.drops]).toEqual([calls, drops]);
  });

  test('a zombie goes on while its records are delivered again, and the run is not at rest before it ends', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const g = given({
      pace: FLAT_OUT,
      faults: script(lost('zombie')),
      handler: (_, call) => (call === 1 ? held : undefined),
    });
    g.put('a', 'b');
    g.mapping.start();
    await g.timing.settled();
    expect([g.calls, g.mapping.atRest()]).toEqual([
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
      false,
    ]);
    release();
    await g.rest();
  });

  test('halves of a batch stay in order when one is lost', async () => {
    const g = given({
      pace: FLAT_OUT,
      trigger: { bisect: true },
      faults: script(undefined, lost('repeat')),
      handler: (_, call) => {
        if (call === 1) throw new Error('no');
      },
    });
    g.put('a', 'b', 'c', 'd');
    g.mapping.start();
    await g.rest();
    const done = g.observations.flatMap((o) => (o.kind === 'invoked' && o.verdict.kind === 'done' ? [o.firstSeq] : []));
    expect(done).toEqual(done.toSorted());
    expect(g.calls.slice(0, 3)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ]);
  });

  test('a second mapping reads all again from TRIM_HORIZON', async () => {
    const one = given({ pace: FLAT_OUT });
    one.put('a', 'b');
    one.mapping.start();
    await one.rest();
    const two = given({ log: one.log, pace: FLAT_OUT });
    two.mapping.start();
    await two.rest();
    expect(two.calls).toEqual(one.calls);
  });
});
