// What the answers to one load mean for its events and for its lane.
import type { EpochMs, Ms } from '../time.ts';
import type { Told } from './counts.ts';
import type { Entry, Lane, Outcome } from './lane.ts';
import type { Fate } from './transport.ts';

export type Judging = {
  readonly now: EpochMs;
  readonly patience: Ms;
  readonly random: () => number;
  readonly settle: (entry: Entry, outcome: Outcome) => void;
  /** Whether it still waits: it may have been given up meanwhile. */
  readonly has: (entry: Entry) => boolean;
};

/** Whether an event was tried for long enough; then it has failed. */
export const givenUp = (
  entry: Entry,
  fate: Fate,
  { now, patience, settle }: Omit<Judging, 'random' | 'has'>,
): boolean => {
  if (fate.kind !== 'again' || now - entry.since < patience) return false;
  const kind = entry.unknown ? 'unknown' : 'not-stored';
  settle(entry, { ok: false, kind, rule: fate.rule, reason: fate.reason });
  return true;
};

const NO_FATE: Fate = { kind: 'again', rule: 'stream.unavailable', reason: 'the answer left it out', unknown: true };

/** Settles what is stored or refused; the others go back to the front of the lane, which is free again. */
export const judge = (
  lane: Lane,
  entries: readonly Entry[],
  fates: readonly Fate[],
  told: Told,
  judging: Judging,
): void => {
  const { settle } = judging;
  const again: Entry[] = [];
  let wait: Ms = 0;
  let smaller = false;
  entries.forEach((entry, i) => {
    const fate = fates[i] ?? NO_FATE;
    entry.tries += 1;
    if (fate.kind === 'stored') {
      told.stored += 1;
      const { kind: _, ...where } = fate;
      settle(entry, { ok: true, ...where });
    } else if (fate.kind === 'smaller' && entries.length > 1) {
      smaller = true;
      again.push(entry);
    } else if (fate.kind !== 'again') {
      told.refused += 1;
      settle(entry, { ...fate, kind: 'refused', ok: false });
    } else {
      entry.unknown ||= fate.unknown;
      wait = Math.max(wait, fate.after ?? 0);
      if (givenUp(entry, fate, judging)) {
        told.givenUp += 1;
        return;
      }
      told.again += 1;
      again.push(entry);
    }
  });
  lane.busy = false;
  lane.giveBack(again.filter(judging.has));
  if (smaller) lane.most = Math.max(1, entries.length >> 1);
  else if (again.length > 0) lane.failed(judging.now, judging.random, wait);
  else lane.went();
};
