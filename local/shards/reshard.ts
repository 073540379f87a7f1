// From one number of shards to another, by steps that Kinesis takes, telling how far it has come.
import { setTimeout } from 'node:timers/promises';
import type { StreamControl } from '../../shared/aws/stream-control.ts';
import { groupsFor } from '../../shared/lanes/ring.ts';
import type { Ms } from '../../shared/time.ts';

/** UpdateShardCount takes at most ten changes in 24 hours. */
const MOST_STEPS = 10;

/** The counts on the way, the last one the target: each at most double and at least half of the one before. */
export const stepsTo = (from: number, to: number): readonly number[] => {
  const steps: number[] = [];
  for (let at = from; at !== to; ) {
    at = to > at ? Math.min(to, at * 2) : Math.max(to, Math.ceil(at / 2));
    steps.push(at);
  }
  return steps;
};

/** A change of shards that is not made; the message says what would work. */
export class ReshardError extends Error {}

export type Watching = { readonly tell: (text: string) => void; readonly every: Ms; readonly patience: Ms };

const untilActive = async (
  stream: StreamControl,
  open: number | null,
  watching: Watching,
  what: string,
): Promise<void> => {
  const began = Date.now();
  for (;;) {
    const state = await stream.state();
    if (state === undefined) throw new ReshardError(`${stream.name} is gone`);
    if (state.active && (open === null || state.open === open)) return;
    const waited = Date.now() - began;
    if (waited > watching.patience)
      throw new ReshardError(
        `${stream.name} is not done after ${Math.round(waited / 60_000)} minutes; it goes on by itself`,
      );
    watching.tell(`${stream.name}: ${what}, ${Math.round(waited / 1_000)} s`);
    await setTimeout(watching.every);
  }
};

const mustBeOurs = async (stream: StreamControl): Promise<number> => {
  const state = await stream.state();
  if (state === undefined)
    throw new ReshardError(`there is no stream ${stream.name}: another --stage, --region or --endpoint?`);
  if (state.onDemand) throw new ReshardError(`${stream.name} is on demand: it splits and merges by itself`);
  return state.open;
};

/**
 * @param most greatest count allowed: the key groups
 * @throws ReshardError before anything is changed, when the count cannot be reached
 */
export const reshardTo = async (
  stream: StreamControl,
  to: number,
  most: number,
  watching: Watching,
): Promise<readonly number[]> => {
  const from = await mustBeOurs(stream);
  if (to > most)
    throw new ReshardError(
      `${to} shards are more than the ${most} key groups of this run: the others would stay empty. A new run with --param groups=${groupsFor(to)} takes them`,
    );
  const steps = stepsTo(from, to);
  if (steps.length > MOST_STEPS)
    throw new ReshardError(
      `${from} -> ${to} takes ${steps.length} steps, each at most double or half, and AWS takes ${MOST_STEPS} a day: go by ${steps[MOST_STEPS - 1]} today`,
    );
  let at = from;
  for (const step of steps) {
    await untilActive(stream, null, watching, 'waits for a change before');
    watching.tell(`${stream.name}: ${at} -> ${step} shards`);
    await stream.update(step);
    await untilActive(stream, step, watching, `${at} -> ${step} shards`);
    at = step;
  }
  return steps;
};

export const splitAt = async (stream: StreamControl, shard: string, at: string, watching: Watching): Promise<void> => {
  const open = await mustBeOurs(stream);
  await untilActive(stream, null, watching, 'waits for a change before');
  await stream.split(shard, at);
  await untilActive(stream, open + 1, watching, `splits ${shard}`);
};

export const mergeWith = async (
  stream: StreamControl,
  shard: string,
  adjacent: string,
  watching: Watching,
): Promise<void> => {
  const open = await mustBeOurs(stream);
  await untilActive(stream, null, watching, 'waits for a change before');
  await stream.merge(shard, adjacent);
  await untilActive(stream, open - 1, watching, `merges ${shard} with ${adjacent}`);
};
