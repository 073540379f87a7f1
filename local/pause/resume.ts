// Takes a held stage up again, from the positions at which it stood.
import { type Ms, minutes } from '../../shared/time.ts';
import { chosen } from './choose.ts';
import { limitOf } from './limit.ts';
import { behind, note, type PauseDeps, read, turn } from './turn.ts';
import { type Caller, PauseError } from './valves.ts';

/**
 * After a drain producers come back with the events that they held. Until they have, nobody may say that a shard is idle: neither `tick` nor
 * `refine`, which sends ticks as well.
 */
export const GRACE: Ms = minutes(2);
const SAYS_IDLE = /^(tick|refine|refine-again)$/;

export type Resumed = { readonly resumed: readonly Caller[]; readonly left: readonly string[] };

const byHand = (callers: readonly Caller[]): PauseError => {
  const off = [...new Set(callers.filter((c) => c.state === 'off').map((c) => c.function))];
  return new PauseError(
    off.length === 0
      ? 'the stage is not paused'
      : `the stage was not paused by millrace; turned off by hand or by serverless.yml: ${off.join(', ')}. millrace resume ${off[0]} turns one on`,
  );
};

/**
 * Asked again, it goes on with what it began.
 * @param names of functions; none: all that was paused
 * @throws PauseError
 */
export const resume = async (deps: PauseDeps, names: readonly string[], grace = GRACE): Promise<Resumed> => {
  const before = await read(deps);
  const was = before.pause;
  const callers = await deps.valves.callers();
  if (names.length > 0 && was?.drained === true)
    throw new PauseError('a drained stage is taken up as a whole: millrace resume, without names');
  if (was === null && names.length === 0) throw byHand(callers);
  const wanted = names.length === 0 ? (was?.off ?? []) : chosen(callers, names).map((c) => c.id);
  const off = callers.filter((c) => wanted.includes(c.id) && (c.state !== 'on' || was?.off.includes(c.id) === true));
  if (off.length === 0 && names.length > 0) throw new PauseError(`${names.join(', ')}: not paused`);
  const left = (was?.off ?? []).filter((id) => !wanted.includes(id));
  const begun = was === null ? before : await note(deps, before, { ...was, act: 'resuming' });
  const later = was?.drained === true ? off.filter((c) => SAYS_IDLE.test(c.function)) : [];
  await turn(
    deps,
    off.filter((c) => !later.includes(c)).map((c) => c.id),
    true,
  );
  if (was?.drained === true) {
    await deps.valves.setIntake('open');
    const until = deps.clock.now() + grace;
    for (let now = deps.clock.now(); now < until; now = deps.clock.now()) {
      deps.tell(
        `the endpoint is open; windows go on in ${Math.ceil((until - now) / 1_000)} s, when producers have come back`,
      );
      await deps.wait(Math.min(1_000, until - now));
    }
    await turn(
      deps,
      later.map((c) => c.id),
      true,
    );
  }
  if (was !== null && left.length === 0) await note(deps, begun, null);
  else if (was !== null) {
    const limit = limitOf(await behind(deps, left), deps.retention, deps.clock.now(), was.since);
    const [lostAt, lostWhere] = [limit?.at ?? null, limit?.where ?? null];
    await note(deps, begun, { ...was, act: 'paused', whole: false, off: left, lostAt, lostWhere });
  }
  return { resumed: off, left };
};
