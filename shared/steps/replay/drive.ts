// Feeds as long as the replay's item says so, no faster than it says, and only while live traffic keeps its share.
import type { Clock, Table } from '../../ports.ts';
import { type EpochMs, type Ms, seconds } from '../../time.ts';
import type { Budget } from '../../trigger/batch.ts';
import { NO_PROGRESS, noteProgress, type Progress, type Replay, readReplay } from './control.ts';
import type { Feeder, FeedTold } from './feed.ts';

export type DriveDeps = {
  /** The ledger table of the stage: it holds the replay. */
  readonly table: Table;
  readonly run: string;
  readonly feeder: Feeder;
  readonly clock: Clock;
  readonly wait: (ms: Ms) => Promise<void>;
  /** Whether live traffic is kept waiting just now; asked before every batch. */
  readonly isLiveBehind?: () => boolean | Promise<boolean>;
  /** Whether the new run's functions have taken what they were given: only then it has caught up. */
  readonly isTaken?: () => boolean;
};

/** `gone`: cancelled, or never there. `held`: paused, or live traffic goes first. */
export type Driven = 'fed' | 'idle' | 'ended' | 'held' | 'gone';

const NOTE_EACH: Ms = seconds(1);
/** Over how long the speed is told. */
const SPEED_OVER: Ms = seconds(10);

/** With live traffic there is always a next record: so far behind is not behind. */
const CAUGHT_UP: Ms = seconds(5);

const FEEDS: readonly Replay['state'][] = ['running', 'switching', 'switched'];

/** A pace of so many records a second, without making up for pauses longer than a second. */
const paced = (clock: Clock, wait: DriveDeps['wait']) => {
  let free: EpochMs = 0;
  return async (records: number, rate: number | null): Promise<void> => {
    if (rate === null) return;
    const now = clock.now();
    free = Math.max(free, now - seconds(1)) + (records / rate) * 1_000;
    if (free > now) await wait(free - now);
  };
};

/** One batch at most. @throws what the feeder throws; the next call goes on from the checkpoint */
export const drive = (deps: DriveDeps): ((budget: Budget) => Promise<Driven>) => {
  const { table, run, feeder, clock } = deps;
  const pace = paced(clock, deps.wait);
  let progress: Progress | null = null;
  let window: { at: EpochMs; records: number }[] = [];

  const note = async (replay: Replay, told: FeedTold): Promise<void> => {
    const now = clock.now();
    const before = progress ?? replay.progress ?? NO_PROGRESS;
    const fed = told.kind === 'fed' ? told : null;
    const records = before.records + (fed?.records ?? 0);
    window = [...window.filter((w) => w.at > now - SPEED_OVER), { at: now, records }];
    const [first] = window;
    const over = first === undefined ? 0 : now - first.at;
    progress = {
      records,
      bytes: before.bytes + (fed?.bytes ?? 0),
      first: before.first ?? fed?.arrival ?? null,
      at: fed?.arrival ?? before.at,
      caughtUp:
        (fed === null || (fed.source === 'live' && fed.arrival > now - CAUGHT_UP)) && (deps.isTaken?.() ?? true),
      ended: told.kind === 'ended',
      speed: over === 0 || first === undefined ? before.speed : Math.round(((records - first.records) * 1_000) / over),
      updated: before.updated,
    };
    const isNews = progress.caughtUp !== before.caughtUp || progress.ended !== before.ended;
    if (!isNews && now - before.updated < NOTE_EACH) return;
    progress = { ...progress, updated: now };
    await noteProgress(table, replay, progress);
  };

  return async (budget) => {
    const replay = await readReplay(table, run);
    if (replay === undefined || replay.state === 'cancelling') return 'gone';
    if (!FEEDS.includes(replay.state) || (await deps.isLiveBehind?.())) return 'held';
    const told = await feeder.step(budget);
    await note(replay, told);
    if (told.kind === 'fed') await pace(told.records, replay.rate);
    return told.kind;
  };
};
