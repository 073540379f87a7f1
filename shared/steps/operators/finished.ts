// A result whose HAVING or SELECT throws is no row: it is told by itself, and the line goes on.
import type { StatefulQuery } from '../../query/plan.ts';
import type { Value } from '../../query/types.ts';
import type { Window } from '../../window/window.ts';
import type { Refusal } from './operator.ts';

export type Finished = {
  readonly kept: boolean;
  readonly values: readonly Value[];
  readonly refusal?: Refusal;
};

export const finished = (
  query: StatefulQuery,
  key: string,
  window: Window | null,
  finish: () => Omit<Finished, 'refusal'>,
): Finished => {
  try {
    return finish();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    const span = window === null ? null : ([window.start, window.end] as const);
    return { kept: false, values: [], refusal: { query, rule: 'row.threw', cause, key, window: span } };
  }
};
