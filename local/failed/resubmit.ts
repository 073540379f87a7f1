// Which events can be sent again as they are kept, and what the queries will make of each: said before, sent when asked.
import type { StageHere } from '../stage/stage-here.ts';
import { type Fate, predictor } from './predict.ts';
import type { Known } from './select.ts';
import type { Sendable } from './send-again.ts';
import { readRepaired } from './state.ts';
import { verdicts } from './verdict.ts';
import { wayOf } from './way.ts';

export type Planned = Sendable & { readonly fates: readonly Fate[] };
export type Left = Known & { readonly why: string };

/** @param again also those that were sent already: a second copy changes nothing */
export const planResubmit = async (
  stage: StageHere,
  known: readonly Known[],
  again: boolean,
): Promise<{ readonly planned: readonly Planned[]; readonly left: readonly Left[] }> => {
  const { pipeline } = await stage.built();
  const judge = verdicts(pipeline);
  const predict = await predictor(stage, pipeline);
  const planned: Planned[] = [];
  const left: Left[] = [];
  for (const k of known) {
    const { entry, state } = k;
    const leave = (why: string): void => void left.push({ ...k, why });
    const way = wayOf(entry, pipeline);
    if (way.kind === 'none') leave(way.why);
    else if (state.kind === 'discarded') leave(`discarded: ${state.reason}`);
    else if (state.kind === 'resubmitted' && !again) leave('it was sent already; name its id to send it once more');
    else if (state.kind === 'open' && entry.door === 'rejected') leave('nothing is repaired yet: millrace failed fix');
    else {
      const kept = 'object' in state;
      const bytes = kept ? await readRepaired(stage, state.object) : entry.payload;
      // What is kept is the event itself: nothing of it is to be adapted or left out any more.
      const event = judge(bytes, entry, { ...way, enriched: true });
      if (event.kind === 'refused') leave(`the present build refuses it: ${event.rule}: ${event.cause}`);
      else planned.push({ entry, state, way, event, fates: predict(event, way.again.only) });
    }
  }
  return { planned, left };
};

/** Whether every query that is to take it would list it as late. A stateless one takes what comes. */
export const isTooLate = ({ fates, way }: Planned): boolean =>
  way.again.only !== undefined && fates.length > 0 && fates.every((f) => f.fate === 'too-late');
