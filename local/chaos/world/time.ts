// Time goes on, and ticks arrive.
import { type EpochMs, type Ms, minutes } from '../../../shared/time.ts';
import type { Scene } from './scene.ts';

const MINUTE = minutes(1);

/** A tick to every open shard of `raw`, as the function sends it. */
export const tickAll = ({ raw }: Scene, arrival: EpochMs): void => {
  for (const s of raw.shards())
    if (!s.closed) raw.put({ partitionKey: 'tick', hashKey: s.startHash, data: new Uint8Array() }, arrival);
};

/** Whether time went on into another minute: then the schedule calls `tick`. */
export const pass = ({ clock, shape }: Scene, ms: Ms): boolean => {
  const minute = Math.floor(clock.now() / MINUTE);
  clock.advance(ms);
  return !shape.load && Math.floor(clock.now() / MINUTE) !== minute;
};

/** Time goes on in steps while nothing runs; the ticks of that time arrive. */
export const leap = (scene: Scene, ms: Ms, tickEvery: Ms): void => {
  const { clock, shape } = scene;
  const to = clock.now() + ms;
  scene.tell(`nothing runs for ${Math.round(ms / MINUTE)} minutes`);
  while (clock.now() < to) {
    clock.advance(Math.min(tickEvery, to - clock.now()));
    if (!shape.load) tickAll(scene, scene.arrival());
  }
};
