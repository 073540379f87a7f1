// What the producer needs of a way out. A lane is what must keep its order: one load of a lane is under way at a time, and what failed
// of it goes again before anything behind it.
import type { Ms } from '../time.ts';
import type { Outgoing } from './outgoing.ts';

export type Load = { readonly lane: string; readonly events: readonly Outgoing[] };

export type Fate =
  | { readonly kind: 'stored'; readonly shard?: string; readonly seq?: string }
  | { readonly kind: 'refused'; readonly rule: string; readonly reason: string; readonly field?: string }
  /** `unknown`: an answer was lost, it may be stored. `after`: no sooner, as the other side asked. */
  | {
      readonly kind: 'again';
      readonly rule: string;
      readonly reason: string;
      readonly unknown: boolean;
      readonly after?: Ms;
    }
  /** The other side cannot take so many at once; alone it is refused for this reason. */
  | { readonly kind: 'smaller'; readonly rule: string; readonly reason: string };

export type Sent = {
  /** For each load, for each of its events. */
  readonly fates: readonly (readonly Fate[])[];
  /** Lanes are cut differently now: `lanes` is asked again before anything more is sent. */
  readonly moved?: boolean;
};

export type Transport = {
  /** At most so much of one lane in a call. */
  readonly load: { readonly events: number; readonly bytes: number };
  /** At most so many lanes, and bytes over all of them, in a call. */
  readonly call: { readonly lanes: number; readonly bytes: number };
  /** What an event weighs against these bytes. */
  weigh(event: Outgoing): number;
  /** Which lane a key goes by. */
  lanes(): Promise<(key: string) => string>;
  /** Never throws for what the other side does. What it throws is taken as an answer that was lost. */
  send(loads: readonly Load[]): Promise<Sent>;
};
