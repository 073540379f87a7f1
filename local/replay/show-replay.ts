// A replay in words: how far, how fast, how long yet.
import type { Replay } from '../../shared/steps/replay/control.ts';
import type { Serving } from '../../shared/steps/replay/serving.ts';
import { type EpochMs, type Ms, seconds } from '../../shared/time.ts';

const inWords = (ms: Ms): string => {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 90) return `${s} s`;
  return s < 5_400 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3_600)} h`;
};

/** Of the time between the first record and the end, which is now unless one was asked for; null before the first record. */
export const doneShare = ({ progress, to }: Replay, now: EpochMs): number | null => {
  const { first, at } = progress;
  if (first === null || at === null) return null;
  const end = Math.max(first + 1, to === null ? now : Math.min(to, now));
  return Math.min(1, Math.max(0, (at - first) / (end - first)));
};

/** By the share done since it was begun; null when nothing can be said. Pauses count: the estimate is of the whole so far. */
const left = (replay: Replay, now: EpochMs): Ms | null => {
  const share = doneShare(replay, now);
  if (share === null || share < 0.01) return null;
  return ((now - replay.created) * (1 - share)) / share;
};

/** A feeder that is at work says so each second; what one said longer ago is not true any more. */
const SAID_LATELY: Ms = seconds(10);
/** On a deployed stage it rests at the end of each minute. */
const SAID_LATELY_THERE: Ms = seconds(90);

/** All was fed but for what came in the last seconds, and it still is. */
export const isCaughtUp = ({ progress, state, params }: Replay, now: EpochMs): boolean =>
  progress.caughtUp &&
  state !== 'paused' &&
  now - progress.updated < (params === undefined ? SAID_LATELY : SAID_LATELY_THERE);

/** One line. */
export const showReplay = (replay: Replay, now: EpochMs): string => {
  const { run, state, progress } = replay;
  const head = `run ${run}, ${state}: ${progress.records} records`;
  if (progress.ended) return `${head}, to the end that was asked for`;
  if (isCaughtUp(replay, now)) return `${head}, caught up with live traffic`;
  const share = doneShare(replay, now);
  if (share === null || progress.at === null) return `${head}, nothing read yet`;
  const eta = left(replay, now);
  const to = `${new Date(progress.at).toISOString().slice(0, 19)}Z`;
  return `${head}, ${(share * 100).toFixed(1)} %, at ${to}, ${progress.speed} a second${eta === null ? '' : `, ${inWords(eta)} left`}`;
};

export const showReplays = (replays: readonly Replay[], serving: Serving['tables'], now: EpochMs): string => {
  if (replays.length === 0) return 'no replay';
  return replays
    .flatMap((r) => [
      `${r.query}@${r.version}: ${showReplay(r, now)}`,
      ...r.tables.map(
        (t) => `  ${t}: readers see ${serving[t]?.run === r.run ? `run ${r.run}` : 'the rows of before'}`,
      ),
    ])
    .join('\n');
};
