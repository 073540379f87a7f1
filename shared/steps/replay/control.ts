// What a replay is to do and how far it came: one item in the ledger table of the stage whose past it reads. Commands change its state,
// the feeder asks it before every batch.
import type { Item, Table } from '../../ports.ts';
import type { EpochMs } from '../../time.ts';

/** `switching` and `cancelling`: begun; the same command goes on with it. */
export type ReplayState = 'running' | 'paused' | 'switching' | 'switched' | 'cancelling';

export type Replay = {
  readonly run: string;
  readonly state: ReplayState;
  /** Name of the query, and of those that are run with it. */
  readonly query: string;
  readonly version: string;
  readonly with: readonly string[];
  /** Destination tables that are switched. */
  readonly tables: readonly string[];
  /** The pipeline's folder. */
  readonly pipeline: string;
  /** The results table of the run. */
  readonly results: string;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** Records a second at most; null: as fast as it goes. */
  readonly rate: number | null;
  readonly created: EpochMs;
  /** On a deployed stage: the parameters that its stack was deployed with. */
  readonly params?: Readonly<Record<string, string>>;
  readonly progress: Progress;
};

export type Progress = {
  readonly records: number;
  readonly bytes: number;
  /** Arrival of the first and of the last record fed. */
  readonly first: EpochMs | null;
  readonly at: EpochMs | null;
  /** All was fed, but for what came in the last seconds. */
  readonly caughtUp: boolean;
  /** Nothing will come any more: the end that was asked for. */
  readonly ended: boolean;
  /** Records a second, of late. */
  readonly speed: number;
  readonly updated: EpochMs;
};
export const NO_PROGRESS: Progress = {
  records: 0,
  bytes: 0,
  first: null,
  at: null,
  caughtUp: false,
  ended: false,
  speed: 0,
  updated: 0,
};

const PK = 'replay';

const replayOf = ({ sk, state, what, progress }: Item): Replay => ({
  ...(JSON.parse(what as string) as Omit<Replay, 'run' | 'state' | 'progress'>),
  run: sk,
  state: state as ReplayState,
  progress: progress === undefined ? NO_PROGRESS : (JSON.parse(progress as string) as Progress),
});

export const readReplay = async (table: Table, run: string): Promise<Replay | undefined> => {
  const item = await table.get({ pk: PK, sk: run });
  return item && replayOf(item);
};

export const listReplays = async (table: Table): Promise<readonly Replay[]> => (await table.query(PK)).map(replayOf);

/** @returns false when there is one of that name */
export const newReplay = async (table: Table, { run, state, progress, ...what }: Replay): Promise<boolean> => {
  const item = { pk: PK, sk: run, state, what: JSON.stringify(what), progress: JSON.stringify(progress) };
  return (await table.put(item, { kind: 'absent' })).ok;
};

/** @returns whether it was in `from`, and now is in `to` */
export const setState = async (table: Table, run: string, from: ReplayState, to: ReplayState): Promise<boolean> =>
  (await table.update({ pk: PK, sk: run }, { state: to }, { kind: 'equals', field: 'state', value: from })).ok;

/** Says how far it came, in the state in which it is; nothing for a replay that was cancelled meanwhile. */
export const noteProgress = async (table: Table, { run, state }: Replay, progress: Progress): Promise<void> => {
  const set = { progress: JSON.stringify(progress) };
  await table.update({ pk: PK, sk: run }, set, { kind: 'equals', field: 'state', value: state });
};

export const forgetReplay = (table: Table, run: string): Promise<void> => table.delete({ pk: PK, sk: run });
