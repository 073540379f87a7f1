import type { Ms } from '../../shared/time.ts';
import type { GivenUp } from './on-failure.ts';
import type { Verdict } from './verdict.ts';

/** What a mapping did, for the page, for counts and for tests. */
export type Observation =
  | {
      readonly kind: 'invoked';
      readonly function: string;
      readonly stream: string;
      readonly shard: string;
      readonly records: number;
      readonly firstSeq: string;
      readonly lastSeq: string;
      readonly attempt: number;
      readonly ms: Ms;
      /** `lost`: a fault of the test took the answer away. */
      readonly verdict: Verdict | { readonly kind: 'lost' };
    }
  | { readonly kind: 'given-up'; readonly function: string; readonly shard: string; readonly what: GivenUp };
export type Observe = (observation: Observation) => void;
