// What may go wrong in a schedule, each with a switch of its own, and how often it did.

/** The chance of each fault for a step, a call or (`in a world`) a whole schedule; 0 switches it off. */
export type Faults = {
  /** A sandbox dies at a call: before its effect or after it. */
  readonly crash: number;
  /** The mapping gives up on an invocation, which goes on beside its successor. */
  readonly zombie: number;
  /** The effect happened, the answer never came. */
  readonly lost: number;
  /** Throttled: nothing happened. */
  readonly refused: number;
  /** PutRecords takes some records only. */
  readonly partial: number;
  /** One shard of a stream takes nothing for a while. */
  readonly throttledShard: number;
  /** PutRecords lands after its caller gave up. */
  readonly landsLater: number;
  /** A conditional write, or an object, lands after its caller gave up. */
  readonly writeLandsLater: number;
  /** What a function reported is lost: the same records come again, in other borders. */
  readonly answerLost: number;
  /** A child shard is offered before its parents were read. */
  readonly early: number;
  readonly reshard: number;
  /** Several reshards of one stream at once, so that shards end without ever having had a record. */
  readonly reshardBurst: number;
  readonly cold: number;
  /** A mapping is deleted and made again at TRIM_HORIZON. */
  readonly replace: number;
  /** A second mapping of the same function reads the same stream, from TRIM_HORIZON. */
  readonly secondMapping: number;
  readonly stall: number;
  /** One shard is not read for a while, the others are. */
  readonly stallShard: number;
  /** One raw shard gets no events for a while, the others do. */
  readonly quietShard: number;
  readonly nearTimeLimit: number;
  /** A batch that failed comes again in halves. */
  readonly bisect: number;
  /** Lambda's clock jumps by up to two hours, on or back, for a while. */
  readonly clockJump: number;
  /** Kinesis' arrival clock stands back by up to five seconds, for a while. */
  readonly arrivalJump: number;
  /** Some minutes in which nothing runs; ticks come each minute. */
  readonly leap: number;
  /** In a world: hours in which nothing runs, once or twice. Records age out; beyond retention the schedule is void. */
  readonly nap: number;
  /** In a world: forty quiet days. Entries expire, ended lanes are pruned, shards leave ListShards. */
  readonly quietWeeks: number;
  /** In a world: forty days in which nothing comes, no tick either (a source without ticks). */
  readonly silence: number;
  /** In a world: the table deletes expired items late, or not at all. */
  readonly expiry: number;
  /** In a world: events that cannot pass, or fail in one query. */
  readonly poison: number;
  /** In a world: clients that lose an answer and send again. */
  readonly copies: number;
  /** In a world: events with times of long ago, while arrivals go on. */
  readonly history: number;
  /** In a world: everything is in `raw` at the start, arrivals virtual, no ticks before the end. */
  readonly load: number;
  /** In a world: a deploy adds or removes a query over windows in the middle; sandboxes of the old plan go on for a while. */
  readonly redeploy: number;
  /** In a world: operators repair rejected events and send them again, sometimes twice, sometimes two at once. */
  readonly resubmit: number;
  /** In a world: the table is lost, and an earlier instant of it is brought back in another one, up to three times. */
  readonly restore: number;
  /** In a world: a query is run a second time from the archive on, and switched to, or cancelled, by several operators at once. */
  readonly replay: number;
  /** A destination outside takes nothing for a while. */
  readonly destinationDown: number;
  /** Of a batch call to a destination outside some entries fail by themselves. */
  readonly entriesFailed: number;
  /** In a world: rows that their destination never takes. */
  readonly refusedRows: number;
  /** In a world: a look-up answers otherwise at every try. */
  readonly changingAnswers: number;
  /** In a world: `raw` gets further shards without parents, as a topic gets partitions, in place of splits and merges. */
  readonly grow: number;
  /** In a world: the lake is compacted, again and again. */
  readonly compaction: number;
};
export type FaultName = keyof Faults;

export const ALL_FAULTS: Faults = {
  crash: 0.01,
  zombie: 0.008,
  lost: 0.03,
  refused: 0.02,
  partial: 0.15,
  throttledShard: 0.004,
  landsLater: 0.05,
  writeLandsLater: 0.02,
  answerLost: 0.05,
  early: 0.01,
  reshard: 0.012,
  reshardBurst: 0.004,
  cold: 0.01,
  replace: 0.001,
  secondMapping: 0.001,
  stall: 0.006,
  stallShard: 0.006,
  quietShard: 0.004,
  nearTimeLimit: 0.1,
  bisect: 0.5,
  clockJump: 0.004,
  arrivalJump: 0.004,
  leap: 0.006,
  nap: 0.1,
  quietWeeks: 0.08,
  silence: 0.05,
  expiry: 0.7,
  poison: 0.4,
  copies: 0.4,
  history: 0.15,
  load: 0.1,
  redeploy: 0.2,
  resubmit: 0.4,
  restore: 0.25,
  changingAnswers: 0.5,
  grow: 0.2,
  compaction: 0.5,
  destinationDown: 0.006,
  entriesFailed: 0.5,
  refusedRows: 0.5,
  replay: 0.4,
};
export const FAULT_NAMES = Object.keys(ALL_FAULTS) as readonly FaultName[];
export const NO_FAULTS = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as Faults;

/** Only the named faults. */
export const onlyFaults = (names: readonly FaultName[], from: Faults = ALL_FAULTS): Faults => ({
  ...NO_FAULTS,
  ...Object.fromEntries(names.map((name) => [name, from[name]])),
});
/** All but the named faults. */
export const withoutFaults = (names: readonly FaultName[], from: Faults = ALL_FAULTS): Faults => ({
  ...from,
  ...Object.fromEntries(names.map((name) => [name, 0])),
});

/** How often each fault struck. */
export class Struck {
  readonly counts: Record<FaultName, number> = { ...NO_FAULTS };
  add(name: FaultName, n = 1): void {
    this.counts[name] += n;
  }
}
