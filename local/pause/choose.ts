// Which callers a command means.
import { wouldWork } from '../build/did-you-mean.ts';
import { type Caller, PauseError } from './valves.ts';

/**
 * Not of a pause of the whole stage. Neither writes a result: `archive` keeps the bytes that came meanwhile beyond the retention of `raw`, and
 * ticks stand in `raw` between the events that came with them, so that windows close as they would have.
 */
export const GOES_ON: readonly string[] = ['archive', 'tick', 'feed-replay'];

/** Whose absence cannot be made good, or who is not called in this way; and what to do. */
const REFUSED: Readonly<Record<string, string>> = {
  ingest: 'ingest answers requests, and what it refuses must be sent again: millrace drain closes it',
  tick: 'tick moves time on in raw, between the events: a pause of it would change what is late. A paused stage finds the same records without it',
};

/**
 * @param names of functions; none: the whole stage
 * @throws PauseError that names the functions that there are
 */
export const chosen = (callers: readonly Caller[], names: readonly string[]): readonly Caller[] => {
  if (names.length === 0) return callers.filter((c) => !GOES_ON.includes(c.function));
  const known = [...new Set(callers.map((c) => c.function))].sort();
  const wrong = names.flatMap((name) => {
    const why = REFUSED[name];
    if (why !== undefined) return [why];
    if (known.includes(name)) return [];
    const may = known.filter((k) => REFUSED[k] === undefined);
    return [
      `no function "${name}" is called by a stream, a queue or a schedule; ${wouldWork(name, may, 'there are')}; a deployed stage is named by --stage`,
    ];
  });
  if (wrong.length > 0) throw new PauseError(wrong.join('\n'));
  return callers.filter((c) => names.includes(c.function));
};
