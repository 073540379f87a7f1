// Turns callers on or off, and waits until they are.
import type { Clock, Table } from '../../shared/ports.ts';
import type { Ms } from '../../shared/time.ts';
import { type Held, type Pause, readPause, writePause } from './state.ts';
import { type Caller, PauseError, type Valves } from './valves.ts';

export type PauseDeps = {
  readonly ledger: Table;
  readonly clock: Clock;
  readonly valves: Valves;
  /** Of a stream by its name; null: not known. */
  readonly retention: (stream: string) => Ms | null;
  readonly wait: (ms: Ms) => Promise<void>;
  /** Between two looks. */
  readonly look: Ms;
  /** Progress, told again and again. */
  readonly tell: (text: string) => void;
};

/** A mapping of Lambda takes seconds to a few minutes, and the longest function 15 minutes. */
const PATIENCE: Ms = 20 * 60_000;

const names = (callers: readonly Caller[]): string => [...new Set(callers.map((c) => c.function))].join(', ');

/** @throws PauseError when they do not get there; asked again, it goes on */
export const turn = async (deps: PauseDeps, ids: readonly string[], on: boolean): Promise<void> => {
  const [want, word] = on ? (['on', 'resumed'] as const) : (['off', 'held'] as const);
  const until = deps.clock.now() + PATIENCE;
  if (ids.length > 0) await deps.valves.set(ids, on);
  for (;;) {
    const mine = (await deps.valves.callers()).filter((c) => ids.includes(c.id));
    const left = mine.filter((c) => c.state !== want);
    if (left.length === 0) return;
    deps.tell(
      `${mine.length - left.length} of ${mine.length} ${word}; ${names(left)} still ${on ? 'to start' : 'at work'}`,
    );
    if (deps.clock.now() > until)
      throw new PauseError(`${names(left)}: not ${word} within ${PATIENCE / 60_000} minutes; ask again, it goes on`);
    await deps.wait(deps.look);
  }
};

/** Writes what is now so. @throws PauseError when another command was faster */
export const note = async (deps: PauseDeps, before: Held, pause: Pause | null): Promise<Held> => {
  const version = await writePause(deps.ledger, before.version, pause);
  if (version === undefined) throw new PauseError('another pause, resume or drain runs at this moment; ask again');
  return { pause, version };
};

export const read = (deps: PauseDeps): Promise<Held> => readPause(deps.ledger);

/** Those of the ids, with how far each is behind. */
export const behind = async (deps: PauseDeps, ids: readonly string[]): Promise<readonly Caller[]> =>
  (await deps.valves.callers(true)).filter((c) => ids.includes(c.id));
