// The faults of a run of files: those of `npm run chaos` by name, with the chances that fit calls and deliveries that cost real time,
// how often each strikes at most, so that every run ends, and why the others cannot happen here.
import { type FaultName, type Faults, NO_FAULTS } from '../../chaos/faults.ts';

/** Chance for a call, a delivery or an invocation, and how often at most. */
const HERE: Partial<Record<FaultName, readonly [chance: number, most: number]>> = {
  crash: [0.02, 20],
  zombie: [0.01, 8],
  lost: [0.02, 10],
  // Each costs the client's back-off, half a second: a few are enough.
  refused: [0.02, 5],
  partial: [0.3, 30],
  landsLater: [0.2, 6],
  writeLandsLater: [0.02, 6],
  answerLost: [0.15, 40],
  bisect: [0.5, 20],
  nearTimeLimit: [0.04, 8],
  reshard: [0.04, 24],
  reshardBurst: [0.015, 6],
  cold: [0.02, 12],
  replace: [0.006, 2],
  secondMapping: [0.006, 2],
  stall: [0.01, 5],
  stallShard: [0.015, 6],
  throttledShard: [0.05, 12],
  clockJump: [0.01, 6],
  arrivalJump: [0.01, 6],
};

export const RUN_FAULTS: Faults = {
  ...NO_FAULTS,
  ...Object.fromEntries(Object.entries(HERE).map(([name, [chance]]) => [name, chance])),
};
export const MOST: Partial<Record<FaultName, number>> = Object.fromEntries(
  Object.entries(HERE).map(([name, [, most]]) => [name, most]),
);

/** A child may be offered before its parents in this share of all runs. */
export const EARLY = 0.5;

/** Faults of `npm run chaos` that a run of files cannot have. */
export const NOT_HERE: Partial<Record<FaultName, string>> = {
  quietShard: 'the input is in raw before any fault: which shard gets nothing follows from its keys',
  leap: 'a run has no time of its own: its ticks are in the input',
  nap: 'a run has no time of its own',
  quietWeeks: 'a run has no time of its own',
  silence: 'a run has no time of its own',
  expiry: 'nothing expires within a run',
  history: 'a run is all history: it counts as load',
  redeploy: 'a run has one pipeline',
  copies: 'the input is loaded once: a line that stands twice in a file is the user’s',
  restore: 'a run ends with its table: nothing is kept to go back to',
  compaction: 'hours must be over, and a run has no time of its own',
  grow: 'streams here are Kinesis: they split and merge (reshard)',
  resubmit: 'nobody puts rejected events right while a run of files goes on',
  replay: 'nobody replays a query while a run of files goes on',
  destinationDown: 'those outside are stand-ins that fail by tests of their own',
  entriesFailed: 'the same',
  refusedRows: 'rows are the pipeline’s own',
  changingAnswers: 'rows would rightly differ from those of the run without faults',
};
