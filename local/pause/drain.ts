// Brings a stage to rest: the endpoint takes no more, what came is worked off, windows that can close are closed; then all is held.
// Time stands still with the events: no tick says that a shard is idle, since producers still hold events for it.
import type { EpochMs, Ms } from '../../shared/time.ts';
import { GOES_ON } from './choose.ts';
import { limitOf } from './limit.ts';
import type { Pause } from './state.ts';
import { behind, note, type PauseDeps, read, turn } from './turn.ts';
import { type Caller, PauseError } from './valves.ts';

export type DrainDeps = PauseDeps & {
  /** What the ledgers still wait for: entries that no decision counts, rows that are not sent; null: nothing. */
  readonly unsettled: () => Promise<string | null>;
  /** How long all may take. */
  readonly within: Ms;
};

/** Of so many looks in a row, each finds nothing to do: what one function sent has reached the next by then. */
const QUIET = 3;

const isStream = (c: Caller): boolean => c.kind === 'stream' && c.function !== 'archive';
const isHead = (c: Caller): boolean => c.function === 'validate';

/** `raw` may be written by others: all that came before the endpoint was closed must be read, no more. */
const headDone = (callers: readonly Caller[], closedAt: EpochMs, now: EpochMs): boolean =>
  callers.filter(isHead).every((c) => c.behind === 0 || (c.behind !== null && now - c.behind > closedAt));

const behindOf = (callers: readonly Caller[], now: EpochMs, since: EpochMs): string | null => {
  const late = callers.filter((c) => isStream(c) && !isHead(c) && c.state === 'on' && c.behind !== 0);
  if (late.length === 0) return null;
  const words = late.map((c) =>
    c.behind === null
      ? `${c.function} has not read all of ${c.source}`
      : `${c.function} is ${Math.ceil(c.behind / 1_000)} s behind in ${c.source}`,
  );
  return `${words.join(', ')} (${Math.round((now - since) / 1_000)} s so far)`;
};

/** Asked again, it goes on. @throws PauseError */
export const drain = async (deps: DrainDeps): Promise<Pause> => {
  const before = await read(deps);
  const was = before.pause;
  if (was?.act === 'drained') return was;
  if (was !== null && !was.drained)
    throw new PauseError(
      'the stage is paused: what is held catches up with nothing. millrace resume, then millrace drain',
    );
  if (was?.act === 'resuming') throw new PauseError('a resume has begun and not ended: millrace resume goes on');
  const { clock, valves } = deps;
  const callers = await valves.callers();
  const since = was?.since ?? clock.now();
  const on = callers.filter((c) => c.state !== 'off' || was?.off.includes(c.id) === true);
  const stays = on.filter((c) => c.function === 'tick' || !GOES_ON.includes(c.function)).map((c) => c.id);
  const draining: Pause = {
    act: 'draining',
    since,
    off: stays,
    whole: true,
    drained: true,
    lostAt: null,
    lostWhere: null,
  };
  const begun = await note(deps, before, draining);
  const until = clock.now() + deps.within;
  const orGiveUp = async (what: string): Promise<void> => {
    deps.tell(what);
    if (clock.now() > until)
      throw new PauseError(
        `not at rest within ${Math.round(deps.within / 60_000)} minutes: ${what}. Nothing is lost: millrace drain goes on, millrace resume takes it back`,
      );
    await deps.wait(deps.look);
  };

  await turn(
    deps,
    on.filter((c) => c.function === 'tick').map((c) => c.id),
    false,
  );
  // A head that an earlier call has turned off has read what it had to.
  const heads = on.filter((c) => isHead(c) && c.state !== 'off').map((c) => c.id);
  const intake = await valves.intake();
  // Closed already: an earlier call may have ended before the requests did that were taken.
  if (intake === 'open' || (intake === 'closed' && heads.length > 0)) await valves.setIntake('closed');
  const closedAt = clock.now();
  while (heads.length > 0 && !headDone(await valves.callers(true), closedAt, clock.now()))
    await orGiveUp('validate reads what came until now');
  await turn(deps, heads, false);
  for (let quiet = 0; quiet < QUIET; ) {
    const waits = behindOf(await valves.callers(true), clock.now(), since) ?? (await deps.unsettled());
    quiet = waits === null ? quiet + 1 : 0;
    await orGiveUp(waits ?? 'nothing left to do');
  }
  const heldFrom = clock.now();
  await turn(deps, stays, false);
  const limit = limitOf(await behind(deps, stays), deps.retention, clock.now(), heldFrom);
  const done: Pause = { ...draining, act: 'drained', lostAt: limit?.at ?? null, lostWhere: limit?.where ?? null };
  await note(deps, begun, done);
  return done;
};
