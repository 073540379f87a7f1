// What stands in a destination, for the page. One that does not answer keeps the page from nothing else.
import type { Json } from '../../shared/event/cloud-event.ts';
import { stringifyJson } from '../../shared/event/json.ts';
import type { PlaceHere } from '../destinations/here/start.ts';
import type { LiveDestination } from '../page/live-state.ts';

/** Rows of a destination that are shown. */
const SHOWN = 5;

export const textsOf = (row: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === null ? '' : typeof value === 'object' ? stringifyJson(value as Json) : String(value),
    ]),
  );

/** @param last what it answered before: shown on when it does not answer now, with the reason */
export const standingIn = async (place: PlaceHere, last: LiveDestination | undefined): Promise<LiveDestination> => {
  const { name } = place.table;
  try {
    const [count, rows] = await Promise.all([place.count(), place.rows(SHOWN)]);
    return { name, where: place.where, count, rows: rows.map((r) => textsOf(r.row ?? {})) };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { name, where: place.where, count: last?.count ?? 0, rows: last?.rows ?? [], trouble };
  }
};
