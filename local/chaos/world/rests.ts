// What befalls a whole schedule, at most a few times: hours and weeks without work, a deploy.

import type { MemoryTable } from '../../../shared/memory/table.ts';
import { homeKey } from '../../../shared/steps/home.ts';
import { days, hours, type Ms, minutes } from '../../../shared/time.ts';
import { RUN_ID } from '../cast.ts';
import { planFor } from '../scenario.ts';
import { isOfSecond } from '../second.ts';
import type { Copy } from './copies.ts';
import { leap, tickAll } from './time.ts';
import type { World } from './world.ts';

/** A stall beyond retention is not survivable: records nobody read, or shards nobody heard of. */
export const checkVoid = ({ scene }: World): void => {
  for (const m of scene.mappings) if (m.overtaken) scene.void = `${m.name} was behind by more than the retention`;
};

/** Hours in which nothing runs. */
const nap = async (world: World): Promise<void> => {
  const { scene, invocations } = world;
  scene.schedule.struck.add('nap');
  invocations.end();
  await world.land();
  leap(scene, hours(2 + scene.schedule.rng.below(13)), minutes(30));
  checkVoid(world);
};

/** The table deletes items whose time is over, late ones not at all. */
const expire = async ({ scene }: World): Promise<void> => {
  const { clock, table, schedule } = scene;
  const now = clock.now() / 1_000;
  for (const { pk, sk, x } of table.items()) {
    if (typeof x !== 'number' || x >= now || schedule.rng.chance(0.2)) continue;
    schedule.struck.add('expiry');
    await table.delete({ pk, sk });
  }
};

/** Forty days in which nothing happens but ticks, now and then. */
const quietWeeks = async (world: World): Promise<void> => {
  const { scene, invocations } = world;
  scene.schedule.struck.add('quietWeeks');
  const faultsAgain = world.calm();
  await world.land();
  for (const wait of [minutes(6), days(20), minutes(6), days(20), minutes(6)] satisfies Ms[]) {
    await world.rest();
    if (wait > days(1)) invocations.end();
    leap(scene, wait, wait);
    checkVoid(world);
    if (scene.void !== null) return;
    await world.rest();
    if (scene.shape.expiry) await expire(world);
  }
  faultsAgain();
};

/** Days in which nothing comes at all, no tick either. Functions with a schedule go on for a while. */
const silence = async (world: World): Promise<void> => {
  const { scene, invocations, disturber } = world;
  const { schedule, clock } = scene;
  schedule.struck.add('silence');
  const reshards = schedule.faults.reshard > 0;
  const faultsAgain = world.calm();
  await world.land();
  // A few days even right after a reshard; more only when every shard was heard of before.
  const isLong = schedule.rng.chance(0.7);
  if (isLong) tickAll(scene, scene.arrival());
  await world.rest(false);
  if (!isLong && reshards) disturber.reshard(scene.raw, 1 + schedule.rng.below(3));
  for (const wait of [minutes(6), hours(3), minutes(6)]) {
    clock.advance(wait);
    await world.rest(false);
  }
  invocations.end();
  clock.advance(days(isLong ? 40 : 3));
  if (scene.shape.expiry) await expire(world);
  checkVoid(world);
  faultsAgain();
};

/** New invocations run the new plan, what runs goes on with the old one. */
const redeploy = async (world: World): Promise<void> => {
  const { scene, invocations } = world;
  const { redeploy: deploy } = scene.shape;
  if (deploy === null) return;
  scene.schedule.struck.add('redeploy');
  scene.tell(`a deploy ${deploy.adds ? 'adds' : 'removes'} ${deploy.leaf}`);
  scene.plan = planFor({ ...scene.shape, without: deploy.adds ? undefined : deploy.leaf });
  invocations.deploy();
  world.deployed = true;
  scene.deployedAt = scene.refined.lastSeq;
};

/** Somebody's mistake: functions are let loose on a plain copy of the table. They must not touch it. */
const tooEarly = async (world: World, copy: Copy, into: MemoryTable): Promise<void> => {
  const { scene, invocations, calls } = world;
  const before = scene.table;
  const isOfFirst = (x: { readonly name: string }) => !isOfSecond(x);
  const [runners, mappings] = [scene.runners.filter(isOfFirst), scene.mappings.filter(isOfFirst)];
  await into.putMany(copy.items);
  scene.table = into;
  for (let i = 0; i < 40; i++) {
    invocations.wake(scene.copies.rng.pick(runners), true);
    invocations.start(scene.copies.rng.pick(mappings), false);
    for (let n = 0; n < 3; n++) await calls.progress();
  }
  invocations.end();
  await calls.landAll();
  scene.table = before;
};

/** The table is lost; an earlier instant of it is brought back in another table, and functions are deployed with that one. */
const restore = async (world: World): Promise<void> => {
  const { scene, invocations, calls } = world;
  const copy = scene.copies.pick();
  if (copy === undefined) return;
  scene.schedule.struck.add('restore');
  // The pause: what runs has ended before anything is copied, and what was asked for has landed or never will. A decider of old goes on.
  invocations.end(scene.copies.rng.chance(0.5));
  await calls.landAll();
  const into = scene.newTable(`ledger-${scene.steps}`);
  // A copy of before the first function ran names no table yet, and is an empty one to all.
  const named = copy.items.some((item) => item.pk === homeKey(RUN_ID).pk);
  if (scene.copies.rng.chance(0.4) && named) await tooEarly(world, copy, into);
  await scene.copies.bringBack(copy, into);
  for (const m of scene.mappings) if (!isOfSecond(m)) invocations.replace(m);
};

/** Those of a world, each at its own time. */
export const restsOf = (world: World): readonly ((world: World) => Promise<void>)[] => {
  const { naps, quietWeeks: weeks, silence: silent, redeploy: deploy, restores } = world.scene.shape;
  return [
    ...Array.from({ length: naps }, () => (w: World) => nap(w)),
    ...(weeks ? [quietWeeks] : []),
    ...(silent ? [silence] : []),
    ...(deploy ? [redeploy] : []),
    ...Array.from({ length: restores }, () => (w: World) => restore(w)),
  ];
};
