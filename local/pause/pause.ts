// Holds a stage, or some of its functions: nothing is deleted, so that everything goes on where it stood.
import { chosen } from './choose.ts';
import { limitOf } from './limit.ts';
import type { Pause } from './state.ts';
import { behind, note, type PauseDeps, read, turn } from './turn.ts';
import { PauseError } from './valves.ts';

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];

/**
 * Asked again, it goes on with what it began, or changes nothing.
 * @param names of functions; none: the whole stage
 * @throws PauseError
 */
export const pause = async (deps: PauseDeps, names: readonly string[]): Promise<Pause> => {
  const before = await read(deps);
  const was = before.pause;
  if (was?.drained === true)
    throw new PauseError(
      was.act === 'drained'
        ? 'the stage is drained and held already; millrace resume takes it up again'
        : `a command has begun and not ended (${was.act}): millrace drain or millrace resume goes on`,
    );
  if (was?.act === 'resuming') throw new PauseError('a resume has begun and not ended: millrace resume goes on');
  const callers = await deps.valves.callers();
  const wanted = chosen(callers, names);
  // What somebody else has turned off stays his.
  const mine = wanted.filter((c) => c.state !== 'off' || was?.off.includes(c.id) === true);
  const off = union(
    was?.off ?? [],
    mine.map((c) => c.id),
  );
  if (off.length === 0)
    throw new PauseError('everything that was named is turned off already, by hand or by serverless.yml');
  if (was?.act === 'paused' && off.length === was.off.length) return was;
  const whole = chosen(callers, []).every((c) => c.state === 'off' || off.includes(c.id));
  const since = was?.since ?? deps.clock.now();
  const begun = await note(deps, before, {
    act: 'pausing',
    since,
    off,
    whole,
    drained: false,
    lostAt: null,
    lostWhere: null,
  });
  await turn(deps, off, false);
  const limit = limitOf(await behind(deps, off), deps.retention, deps.clock.now(), since);
  const done: Pause = {
    act: 'paused',
    since,
    off,
    whole,
    drained: false,
    lostAt: limit?.at ?? null,
    lostWhere: limit?.where ?? null,
  };
  await note(deps, begun, done);
  return done;
};
