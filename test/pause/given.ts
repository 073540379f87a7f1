// A stage whose callers are turned on and off by hand, on a clock that is moved by hand.
import type { PauseDeps } from '../../local/pause/turn.ts';
import { type Caller, callerId, type Valves } from '../../local/pause/valves.ts';
import { memoryTable } from '../../shared/memory/table.ts';
import { days, hours, minutes } from '../../shared/time.ts';

export const AT = Date.parse('2026-02-01T00:00:00Z');

const CALLERS: readonly (readonly [fn: string, kind: Caller['kind'], source: string])[] = [
  ['archive', 'stream', 'raw'],
  ['validate', 'stream', 'raw'],
  ['enrich', 'stream', 'validated'],
  ['aggregate', 'stream', 'enriched'],
  ['refine', 'queue', 'refine-wake'],
  ['refine', 'schedule', 'schedule'],
  ['write-table', 'stream', 'refined'],
  ['tick', 'schedule', 'schedule'],
];

export type GivenStage = ReturnType<typeof stageGiven>;

/** @param slow looks that a caller needs until it is as asked */
export const stageGiven = ({ slow = 2 } = {}) => {
  let now = AT;
  const state = new Map<string, Caller['state']>(CALLERS.map(([fn, , source]) => [callerId(fn, source), 'on']));
  const behind = new Map<string, number | null>();
  const turning = new Map<string, number>();
  let intake: 'open' | 'closed' = 'open';
  /** In the order in which it was asked: `-validate<raw`, `+tick<schedule`, `intake closed`. */
  const asked: string[] = [];
  const told: string[] = [];
  const valves: Valves = {
    async callers() {
      for (const [id, left] of turning) {
        if (left > 1) turning.set(id, left - 1);
        else {
          turning.delete(id);
          state.set(id, state.get(id) === 'turning-off' ? 'off' : 'on');
        }
      }
      return CALLERS.map(([fn, kind, source]) => {
        const id = callerId(fn, source);
        return {
          id,
          function: fn,
          kind,
          source,
          state: state.get(id) ?? 'on',
          behind: kind !== 'stream' ? null : behind.has(id) ? (behind.get(id) as number | null) : 0,
        };
      });
    },
    async set(ids, on) {
      for (const id of ids) {
        asked.push(`${on ? '+' : '-'}${id}`);
        if (state.get(id) === (on ? 'on' : 'off')) continue;
        state.set(id, on ? 'turning-on' : 'turning-off');
        turning.set(id, slow);
      }
    },
    intake: async () => intake,
    async setIntake(to) {
      asked.push(`intake ${to}`);
      intake = to;
    },
  };
  /** What happens beside, at each wait. */
  let beside = (): void => {};
  const ledger = memoryTable('ledger');
  const deps: PauseDeps & { unsettled: () => Promise<string | null>; within: number } = {
    ledger,
    clock: { now: () => now },
    valves,
    retention: () => days(1),
    look: 1_000,
    wait: async (ms) => {
      now += ms;
      beside();
    },
    tell: (text) => void told.push(text),
    unsettled: async () => unsettled,
    within: minutes(15),
  };
  let unsettled: string | null = null;
  return {
    deps,
    ledger,
    asked,
    told,
    state: (id: string) => state.get(id),
    on: () => [...state].filter(([, s]) => s === 'on').map(([id]) => id),
    turn: (id: string, to: Caller['state']) => void state.set(id, to),
    behind: (id: string, ms: number | null) => void behind.set(id, ms),
    unsettled: (what: string | null) => {
      unsettled = what;
    },
    eachWait: (what: () => void) => {
      beside = what;
    },
    now: () => now,
    later: (ms = hours(1)) => {
      now += ms;
    },
    intake: () => intake,
  };
};
