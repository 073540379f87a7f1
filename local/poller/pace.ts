import { type Ms, seconds } from '../../shared/time.ts';

/** How a mapping spends its time when there is nothing to do, or when something fails. */
export type Pace = {
  /** Between two looks at a shard that had nothing; null: look as soon as the stream changes. */
  readonly poll: Ms | null;
  /** Whether a batch window is waited for. */
  readonly window: boolean;
  /** Before retry 1, 2, …: doubled from `first` up to `most`. */
  readonly backOff: { readonly first: Ms; readonly most: Ms };
};

/** As Lambda: one poll a second for each shard. */
export const REAL_TIME: Pace = { poll: seconds(1), window: true, backOff: { first: seconds(1), most: seconds(30) } };
/** As fast as it goes, for `millrace run` and tests. */
export const FLAT_OUT: Pace = { poll: null, window: false, backOff: { first: 2, most: 200 } };

export const backOff = ({ backOff: { first, most } }: Pace, attempt: number): Ms =>
  Math.min(most, first * 2 ** Math.min(attempt - 1, 20));
